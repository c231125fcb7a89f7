import { defineDiagnostics } from "@matchmul/common";

/** What can be wrong with a data set's file. */
export const error = defineDiagnostics("data", {
  "cifar10-size": (path: string, why: string) => ({
    message: `${path} is not a file of CIFAR-10's binary version: ${why}`,
    hint: "give test_batch.bin or data_batch_1.bin of cifar-10-binary.tar.gz, or a .npz with images and labels",
  }),
  "cifar10-label": (path: string, image: number, label: number) => ({
    message: `${path} is not a file of CIFAR-10's binary version: image ${image} has label ${label}, not 0 to 9`,
    hint: "copy test_batch.bin out of cifar-10-binary.tar.gz again; CIFAR-100 is another format",
  }),
  "samples-array": (path: string, found: readonly string[], wanted: readonly string[]) => ({
    message: `${path} holds ${found.join(", ")}, but no array ${wanted.join(" or ")}`,
    hint: `write it with numpy.savez(path, ${wanted[0]}=..., labels=...)`,
  }),
  "samples-shape": (path: string, array: string, found: string, wanted: string) => ({
    message: `${path}: ${array} is ${found}, not ${wanted}`,
    hint: "save the bytes as they are, numpy.uint8, without scaling; the reader scales",
  }),
  "samples-labels": (path: string, why: string) => ({
    message: `${path}: labels ${why}`,
    hint: "labels are whole numbers, one for each sample",
  }),
});
