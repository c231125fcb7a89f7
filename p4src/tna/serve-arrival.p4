            if (links.apply().hit) {
                route.apply();  // to another pipe
            } else if (hdr.matchmul.kind != KIND_REQUEST) {
                drop();  // from a host: only requests enter
            } else if (requests.apply().hit) {
                admit.apply();
            }
