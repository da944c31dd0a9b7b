"""Google's own reading and writing of Protobuf, for protobufPython.test.ts.

Reads lines of {"schema": text of a .proto file, "cases": [{"name", "hex", "json"}]}. For each it prints a line: the descriptor set that protoc
makes of the schema, and for each case the JSON of the bytes, and whether the JSON given makes the same message as the bytes.
"""

import base64
import json
import sys
import tempfile
from pathlib import Path

import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from grpc_tools import protoc

WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"


def compiled(text):
    with tempfile.TemporaryDirectory(prefix="kw-proto-") as folder:
        (Path(folder) / "x.proto").write_text(text, "utf-8")
        out = Path(folder) / "set"
        args = ["protoc", f"-I{folder}", f"-I{WELL_KNOWN}", "--include_imports", f"--descriptor_set_out={out}", "x.proto"]
        if protoc.main(args) != 0:
            sys.exit(f"this could not be compiled:\n{text}")
        return out.read_bytes()


for line in sys.stdin:
    given = json.loads(line)
    data = compiled(given["schema"])
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
        pool.Add(file)
    results = []
    for case in given["cases"]:
        make = message_factory.GetMessageClass(pool.FindMessageTypeByName(case["name"]))
        message = make.FromString(bytes.fromhex(case["hex"]))
        shown = json_format.MessageToJson(message, descriptor_pool=pool)
        parsed = json_format.Parse(case["json"], make(), descriptor_pool=pool)
        same = parsed.SerializeToString(deterministic=True) == message.SerializeToString(deterministic=True)
        results.append({"json": shown, "same": same})
    print(json.dumps({"set": base64.b64encode(data).decode(), "results": results}), flush=True)
