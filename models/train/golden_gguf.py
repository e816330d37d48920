#!/usr/bin/env python3
"""Writes tests/golden/gguf: tiny GGUF files, each broken by hand in one place, and what the reader must say of each.

Every file starts from the same good bytes (two keys, one alignment, two tensors); a case changes one field. `expected.tsv` has one line a
file: its name, a tab, and the exact text after "<file>: " (or `ok`). Only the standard library is used; the bytes depend on nothing else.

    python models/train/golden_gguf.py [--out tests/golden/gguf]
"""
import argparse
import pathlib
import struct

U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
BIG = 1 << 62


def text(s: bytes, length: int | None = None) -> bytes:
    """A GGUF string: u64 length, bytes; `length` lies about it."""
    return struct.pack("<Q", len(s) if length is None else length) + s


def key(name: bytes, kind: int, value: bytes) -> bytes:
    return text(name) + struct.pack("<I", kind) + value


def tensor(name: bytes, shape: list[int], kind: int, offset: int, dims: int | None = None) -> bytes:
    return text(name) + struct.pack("<I", len(shape) if dims is None else dims) + struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", kind, offset)


ARCH = key(b"general.architecture", STRING, text(b"test"))
ALIGN = key(b"general.alignment", U32, struct.pack("<I", 64))
FLAG = key(b"test.flag", BOOL, b"\x01")
A = tensor(b"a.weight", [4, 3], 0, 0)  # 48 bytes of F32
B = tensor(b"b.weight", [32], 8, 64)  # 34 bytes of Q8_0
DATA = bytes(48) + bytes(16) + bytes(34)


def build(keys=(ARCH, ALIGN, FLAG), tensors=(A, B), data=DATA, magic=b"GGUF", version=3, counts=None, align=64) -> bytes:
    """The whole file; `counts` = (tensors, keys) when they shall lie."""
    n_tensors, n_keys = counts or (len(tensors), len(keys))
    head = magic + struct.pack("<IQQ", version, n_tensors, n_keys) + b"".join(keys) + b"".join(tensors)
    return head + (bytes(-len(head) % align) + data if tensors else b"")


def with_key(*more: bytes, **how) -> bytes:
    return build(keys=(ARCH, ALIGN, *more), **how)


def with_tensor(first: bytes, **how) -> bytes:
    return build(tensors=(first, B), **how)


def array(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("<IQ", kind, count) + body


GOOD = build()
NEST = array(ARRAY, 1, array(U8, 1, b"\x01"))
SKEY = "key test.x: "
TEN = "tensor a.weight: "
SUPPORTED = "expected F32, F16, Q4_0, Q8_0, I8, I16 or I32"

CASES = [
    ("good", GOOD, "ok"),
    ("good_no_tensors", build(tensors=()), "ok"),
    ("good_no_keys", build(keys=(), align=32, tensors=(A, ), data=bytes(48)), "ok"),
    ("empty", b"", "header: file of 0 bytes, expected at least 24"),
    ("short_header", GOOD[:23], "header: file of 23 bytes, expected at least 24"),
    ("magic_ggml", build(magic=b"lmgg"), 'header: magic is 67676d6c, expected "GGUF"'),
    ("magic_zip", build(magic=b"PK\x03\x04"), 'header: magic is 4034b50, expected "GGUF"'),
    ("big_endian_magic", build(magic=b"FUGG"), "header: big-endian file, expected little-endian GGUF"),
    ("big_endian", build(version=3 << 24), "header: big-endian file (version 3000000), expected little-endian"),
    ("version_1", build(version=1), "header: GGUF version 1, expected 3"),
    ("version_2", build(version=2), "header: GGUF version 2, expected 3"),
    ("version_4", build(version=4), "header: GGUF version 4, expected 3"),
    ("key_count_huge", build(counts=(2, 1 << 60)), f"header: key count {1 << 60}, expected at most {(len(GOOD) - 24) // 13}"),
    ("tensor_count_huge", build(counts=(1 << 63, 3)), f"header: tensor count {1 << 63}, expected at most {(len(GOOD) - 24) // 33}"),
    ("key_count_over", build(counts=(2, 4)), "tensor 1 of 2: name runs past the end of the file"),
    ("key_name_past_end", with_key(text(b"test.x", 5000)), "key 3 of 3: name runs past the end of the file"),
    ("key_name_len_wraps", with_key(text(b"test.x", (1 << 64) - 8)), "key 3 of 3: name runs past the end of the file"),
    ("key_name_empty", with_key(key(b"", U8, b"\x01")), "key 3 of 3: name of 0 bytes, expected 1..255"),
    ("key_name_long", with_key(key(b"k" * 256, U8, b"\x01")), "key 3 of 3: name of 256 bytes, expected 1..255"),
    ("key_name_nul", with_key(key(b"a\0b", U8, b"\x01")), "key 3 of 3: name holds byte 0, expected printable ASCII"),
    ("key_name_newline", with_key(key(b"a\nb", U8, b"\x01")), "key 3 of 3: name holds byte 10, expected printable ASCII"),
    ("key_name_utf8", with_key(key("ä".encode(), U8, b"\x01")), "key 3 of 3: name holds byte 195, expected printable ASCII"),
    ("key_twice", with_key(FLAG, FLAG), "key test.flag: is there twice, expected once"),
    ("value_type_unknown", with_key(key(b"test.x", 13, b"\x01")), SKEY + "type 13: unknown value type, expected 0..12"),
    ("value_type_huge", with_key(key(b"test.x", 264, b"\x01")), SKEY + "type 264: unknown value type, expected 0..12"),
    ("bool_two", with_key(key(b"test.x", BOOL, b"\x02")), SKEY + "type 7: bool is neither 0 nor 1, expected 0 or 1"),
    ("bool_array_bad", with_key(key(b"test.x", ARRAY, array(BOOL, 3, b"\0\1\xff"))), SKEY + "type 7: bool is neither 0 nor 1, expected 0 or 1"),
    ("string_past_end", with_key(key(b"test.x", STRING, text(b"abc", 1 << 40))), SKEY + "type 8: a string runs past the end of the file"),
    ("string_len_wraps", with_key(key(b"test.x", STRING, text(b"abc", (1 << 64) - 1))), SKEY + "type 8: a string runs past the end of the file"),
    ("array_nested", with_key(key(b"test.x", ARRAY, NEST)), SKEY + "type 9: array of arrays, expected numbers or strings"),
    ("array_type_unknown", with_key(key(b"test.x", ARRAY, array(99, 1, b"\0"))), SKEY + "type 99: unknown array element type, expected 0..12"),
    ("array_too_long", with_key(key(b"test.x", ARRAY, array(F64, 1 << 30, b""))), SKEY + "type 12: runs past the end of the file"),
    ("array_count_wraps", with_key(key(b"test.x", ARRAY, array(U32, BIG, b""))), SKEY + "type 4: runs past the end of the file"),
    ("strings_too_many", with_key(key(b"test.x", ARRAY, array(STRING, BIG, b""))), SKEY + "type 8: more strings than the file can hold"),
    ("strings_past_end", with_key(key(b"test.x", ARRAY, array(STRING, 2, text(b"a") + text(b"b", 9999)))),
     SKEY + "type 8: a string runs past the end of the file"),
    ("truncated_in_value", GOOD[:99], "key general.alignment: type 4: runs past the end of the file"),
    ("alignment_three", build(keys=(ARCH, key(b"general.alignment", U32, struct.pack("<I", 48)))),
     "key general.alignment: is 48, expected a power of two from 8 to 65536"),
    ("alignment_zero", build(keys=(ARCH, key(b"general.alignment", U32, bytes(4)))),
     "key general.alignment: is 0, expected a power of two from 8 to 65536"),
    ("alignment_type", build(keys=(ARCH, key(b"general.alignment", U8, b"\x40"))), "key general.alignment: value type 0, expected u32"),
    ("tensor_count_over", build(counts=(3, 3)), "tensor 3 of 3: name of 0 bytes, expected 1..64"),
    ("tensor_name_past_end", with_tensor(text(b"a.weight", 1 << 33)), "tensor 1 of 2: name runs past the end of the file"),
    ("tensor_name_long", with_tensor(tensor(b"n" * 65, [4, 3], 0, 0)), "tensor 1 of 2: name of 65 bytes, expected 1..64"),
    ("tensor_name_empty", with_tensor(tensor(b"", [4, 3], 0, 0)), "tensor 1 of 2: name of 0 bytes, expected 1..64"),
    ("tensor_twice", build(tensors=(A, tensor(b"a.weight", [32], 8, 64))), "tensor a.weight: is there twice, expected once"),
    ("dims_zero", with_tensor(tensor(b"a.weight", [], 0, 0)), TEN + "wrong number of dimensions, expected 1..4"),
    ("dims_five", with_tensor(tensor(b"a.weight", [1] * 5, 0, 0)), TEN + "wrong number of dimensions, expected 1..4"),
    ("dims_huge", with_tensor(tensor(b"a.weight", [4, 3], 0, 0, dims=0xFFFFFFFF)), TEN + "wrong number of dimensions, expected 1..4"),
    ("shape_zero", with_tensor(tensor(b"a.weight", [4, 0], 0, 0)), TEN + "a dimension is 0, expected at least 1"),
    ("shape_huge", with_tensor(tensor(b"a.weight", [4, 1 << 40], 0, 0)), TEN + "shape is larger than the file of %SIZE% bytes"),
    ("shape_product_wraps", with_tensor(tensor(b"a.weight", [1 << 32, 1 << 32], 24, 0)), TEN + "shape is larger than the file of %SIZE% bytes"),
    ("shape_product_wraps_to_one", with_tensor(tensor(b"a.weight", [3, 0xAAAAAAAAAAAAAAAB], 24, 0)), TEN + "shape is larger than the file of %SIZE% bytes"),
    ("row_bytes_wrap", with_tensor(tensor(b"a.weight", [BIG, 1], 0, 0)), TEN + f"{BIG} columns of F32, expected a multiple of 32 that fits the file"),
    ("block_columns", with_tensor(tensor(b"a.weight", [33], 8, 0)), TEN + "33 columns of Q8_0, expected a multiple of 32 that fits the file"),
    ("type_q6_k", with_tensor(tensor(b"a.weight", [256], 14, 0)), TEN + "type 14 (Q6_K), " + SUPPORTED),
    ("type_removed", with_tensor(tensor(b"a.weight", [32], 4, 0)), TEN + "type 4 (Q4_2), " + SUPPORTED),
    ("type_unknown", with_tensor(tensor(b"a.weight", [32], 99, 0)), TEN + "type 99 (unknown), " + SUPPORTED),
    ("type_264", with_tensor(tensor(b"a.weight", [32], 264, 0)), TEN + "type 264 (unknown), " + SUPPORTED),
    ("offset_misaligned", with_tensor(tensor(b"a.weight", [4, 3], 0, 4)), TEN + "offset 4, expected a multiple of 64"),
    ("offset_overlap", build(tensors=(A, tensor(b"b.weight", [32], 8, 0))), "tensor b.weight: offset 0, expected 64 (one after the other)"),
    ("offset_gap", build(tensors=(A, tensor(b"b.weight", [32], 8, 128))), "tensor b.weight: offset 128, expected 64 (one after the other)"),
    ("offset_huge", build(tensors=(A, tensor(b"b.weight", [32], 8, (1 << 64) - 64))),
     f"tensor b.weight: offset {(1 << 64) - 64}, expected 64 (one after the other)"),
    ("directory_truncated", GOOD[:200], "tensor b.weight: directory runs past the end of the file"),
    ("data_truncated", GOOD[:-1], "tensors: data ends at byte %END%, past the end of the file of %SIZE% bytes"),
    ("data_missing", GOOD[:211], "tensors: data ends at byte %END%, past the end of the file of %SIZE% bytes"),
    ("data_larger", with_tensor(tensor(b"a.weight", [5, 4], 0, 0)), "tensor b.weight: offset 64, expected 128 (one after the other)"),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden/gguf"))
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, data, expected in CASES:
        (out / f"{name}.gguf").write_bytes(data)
        lines.append(f"{name}.gguf\t" + expected.replace("%SIZE%", str(len(data))).replace("%END%", str(len(GOOD))) + "\n")
    (out / "expected.tsv").write_text("".join(lines))
    print(f"{len(CASES)} files in {out}")


if __name__ == "__main__":
    main()
