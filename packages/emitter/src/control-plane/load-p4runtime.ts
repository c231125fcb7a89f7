/**
 * A client that gives a switch the compiled program and its entries over P4Runtime. It reads the length-delimited
 * WriteRequests one by one, and adds what only a client knows: device and election ids.
 */
export function loadP4RuntimeScript(): string {
  return `"""Gives a switch its program and entries over P4Runtime:

    pip install p4runtime
    python3 load_p4runtime.py PROGRAM.json [ADDRESS] [DEVICE]

PROGRAM.json is what p4c-bm2-ss made of the .p4 file; ADDRESS is 127.0.0.1:9559 and DEVICE 0 unless given.
"""
import os
import queue
import sys

import grpc
from google.protobuf import text_format
from p4.config.v1 import p4info_pb2
from p4.v1 import p4runtime_pb2, p4runtime_pb2_grpc

folder = os.path.dirname(os.path.abspath(__file__))
address = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1:9559"
device = int(sys.argv[3]) if len(sys.argv) > 3 else 0
election = p4runtime_pb2.Uint128(low=1)


def write_requests(file):
    """Messages, each behind its length as a varint."""
    while byte := file.read(1):
        length = shift = 0
        while byte[0] & 0x80:
            length |= (byte[0] & 0x7F) << shift
            shift += 7
            byte = file.read(1)
        yield p4runtime_pb2.WriteRequest.FromString(file.read(length | byte[0] << shift))


with grpc.insecure_channel(address) as channel:
    stub = p4runtime_pb2_grpc.P4RuntimeStub(channel)

    # Only a device's primary client may write, and it stays that while the stream is open.
    outgoing = queue.Queue()
    stream = stub.StreamChannel(iter(outgoing.get, None))
    arbitration = p4runtime_pb2.MasterArbitrationUpdate(device_id=device, election_id=election)
    outgoing.put(p4runtime_pb2.StreamMessageRequest(arbitration=arbitration))
    answer = next(stream).arbitration
    if answer.status.code != 0:
        sys.exit("another client is the device's primary: " + answer.status.message)

    setting = p4runtime_pb2.SetForwardingPipelineConfigRequest(device_id=device, election_id=election)
    setting.action = setting.VERIFY_AND_COMMIT
    with open(os.path.join(folder, "p4info.txtpb")) as file:
        text_format.Parse(file.read(), setting.config.p4info)
    with open(sys.argv[1], "rb") as file:
        setting.config.p4_device_config = file.read()
    stub.SetForwardingPipelineConfig(setting)

    count = 0
    with open(os.path.join(folder, "write-requests.bin"), "rb") as file:
        for request in write_requests(file):
            request.device_id = device
            request.election_id.CopyFrom(election)
            stub.Write(request)
            count += len(request.updates)
    print(count, "entries")
    outgoing.put(None)
`;
}
