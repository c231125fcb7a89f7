import { describe, expect, it } from "vitest";
import { dense, emitted, has, runIn } from "./support.js";

/**
 * Stands for the packages grpc, google.protobuf and p4: messages are dictionaries of attributes, WriteRequests the
 * bytes they were read from, and the switch prints what it is sent.
 */
const fakes = `
import sys, types

class Message:
    def __init__(self, **fields):
        self.__dict__.update(fields)
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = Message()
        setattr(self, name, value)
        return value
    def CopyFrom(self, other):
        self.__dict__.update(other.__dict__)

class WriteRequest(Message):
    @staticmethod
    def FromString(content):
        return WriteRequest(updates=[0], content=content)

class Stub:
    def __init__(self, channel):
        pass
    def StreamChannel(self, outgoing):
        arbitration = next(outgoing).arbitration
        print("arbitration", arbitration.device_id, arbitration.election_id.low)
        yield Message(arbitration=Message(status=Message(code=0)))
    def SetForwardingPipelineConfig(self, setting):
        print("config", setting.device_id, setting.election_id.low, setting.config.p4info.text[:12], setting.config.p4_device_config)
    def Write(self, request):
        print("write", request.device_id, request.election_id.low, request.content.hex())

class Channel:
    def __init__(self, address):
        print("channel", address)
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass

def parse(text, message):
    message.text = text

def module(name, **content):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(content)
    return sys.modules[name]

module("grpc", insecure_channel=Channel)
module("google")
module("google.protobuf", text_format=module("google.protobuf.text_format", Parse=parse))
kinds = ["Uint128", "MasterArbitrationUpdate", "StreamMessageRequest", "SetForwardingPipelineConfigRequest"]
messages = module("p4.v1.p4runtime_pb2", WriteRequest=WriteRequest, **{kind: Message for kind in kinds})
module("p4"), module("p4.config")
module("p4.v1", p4runtime_pb2=messages, p4runtime_pb2_grpc=module("p4.v1.p4runtime_pb2_grpc", P4RuntimeStub=Stub))
module("p4.config.v1", p4info_pb2=module("p4.config.v1.p4info_pb2"))
sys.argv = ["load_p4runtime.py", "program.json", "switch:1", "3"]
exec(compile(open("load_p4runtime.py").read(), "load_p4runtime.py", "exec"), {"__file__": "load_p4runtime.py"})
`;

describe("load_p4runtime.py", () => {
  it.skipIf(!has("python3"))("becomes primary, sets the program, then sends each request (python3)", () => {
    const { text, bytes } = emitted(dense);
    const requests = bytes("write-requests.bin");
    const { out } = runIn(
      {
        "fakes.py": fakes,
        "program.json": "{}",
        "load_p4runtime.py": text("load_p4runtime.py"),
        "p4info.txtpb": text("p4info.txtpb"),
        "write-requests.bin": requests,
      },
      "python3",
      ["fakes.py"],
    );
    const [channel, arbitration, config, ...writes] = out.trimEnd().split("\n");
    expect([channel, arbitration]).toEqual(["channel switch:1", "arbitration 3 1"]);
    expect(config).toBe("config 3 1 # proto-file b'{}'");
    const count = writes.pop();
    expect(count).toBe(`${writes.length} entries`);
    const sent = writes.map((line) => Buffer.from(line.split(" ")[3], "hex"));
    expect(writes.every((line) => line.startsWith("write 3 1 "))).toBe(true);
    // With the lengths, two or three bytes each, that is the file.
    const total = sent.reduce((sum, { length }) => sum + length + (length < 2 ** 14 ? 2 : 3), 0);
    expect(total).toBe(requests.length);
  });
});
