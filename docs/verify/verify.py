#!/usr/bin/env python3
"""Verifies an export of one agency's log, from docs/LEDGER.md alone: a second program, so that nobody has to take
`samsyn ledger verify`'s word. Needs Python 3.9 and the package `cryptography`. Ends with 0 if the export is proved,
with 1 if not (and names the first line that doesn't fit), with 2 if it was not understood."""
import argparse, base64, datetime, hashlib, json, re, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
LINE_MAX, INTEGER_MAX, DEPTH_MAX = 16 << 20, 1 << 53, 64
def need(good, words):
    if not good: raise ValueError(words)
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def write(value): return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def read(line):
    def refuse(number): raise ValueError("a number that is no integer")
    def plain(value):
        if isinstance(value, dict): return all(re.fullmatch(r"[ !#-\[\]-\x7f]*", it) and plain(value[it]) for it in value)
        inside = value if isinstance(value, list) else []
        return all(map(plain, inside)) and value is not None and (type(value) is not int or abs(value) <= INTEGER_MAX)
    need(line[-1:] == b"\n" and len(line) < LINE_MAX, "the export ends here, or the line is too long")
    value = json.loads(line.decode(), parse_float=refuse, parse_constant=refuse)
    need(plain(value) and write(value) + b"\n" == line, "not canonical JSON")
    return value
# --- Shapes: each field and its kind, with a question mark if it may be absent
RESOURCE = "kind:text id:uuid?"
ACTOR = ("kind:staff|citizen|operator|service|nobody id:uuid? name:text? account:text? role:text? unit:uuid? "
         "agency:uuid? assurance:byte? issuer:text?")
HEADER = ("id:uuid at:instant act:text action:text decision:permit|permit_override|deny outcome:done|refused|not_done "
          "rules:texts policy:text actor:actor on_behalf_of:uuid? request:text client:text? purpose:text? reason:text? "
          "subject:uuid? case:uuid? resource:resource? status:short? settings:text? records:hashes salt:salt")
RECORD = ("agency:uuid open_to_actor:true|false resource:resource effect:shown|changed|refused|asked rules:texts child:uuid? "
          "case:uuid? publication:uuid? consent:uuid? category:text? ground:text? on_behalf_of:uuid? facts:sheet? terms:sheet? salt:salt")
LEAF = "entry:hash index:count log:text open:places time:instant"
MANIFEST = ("version:count agency:uuid log:text from:instant to:instant purpose:text exported_at:instant first:count "
            "end:count left:hashes right:hashes checkpoint:text key:text successions:texts?")
SHAPES = {"actor": ACTOR, "resource": RESOURCE}
LISTS = {"texts": "text", "hashes": "hash", "places": "place"}
NUMBERS = {"count": INTEGER_MAX, "byte": 255, "short": 65535, "place": 2**32 - 1}
PATTERNS = {"text": "(?s:.*)", "uuid": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "hash": "[0-9a-f]{64}",
            "salt": "[0-9a-f]{32}", "instant": r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{6}Z"}
def fits(kind, value):
    if kind in SHAPES: return not misfit(value, SHAPES[kind])
    if kind in LISTS:
        every = isinstance(value, list) and all(fits(LISTS[kind], it) for it in value)
        return every and (kind != "places" or value == sorted(set(value)))
    if kind in NUMBERS: return type(value) is int and 0 <= value <= NUMBERS[kind]
    if isinstance(value, (bool, dict)):
        return kind == "true|false" if isinstance(value, bool) else kind == "sheet" and depth(value) < DEPTH_MAX
    if not isinstance(value, str) or not re.fullmatch(PATTERNS.get(kind, kind), value): return False
    return kind != "instant" or bool(datetime.datetime.fromisoformat(re.sub("^0000", "2000", value)[:-1]))
def depth(value):
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0) if isinstance(value, (dict, list)) else 0
def misfit(value, shape):
    known = dict(field.split(":") for field in shape.split())
    if not isinstance(value, dict): return "{}"
    wrong = [name for name in value if name not in known or not fits(known[name].rstrip("?"), value[name])]
    return next(iter(wrong + [name for name, kind in known.items() if kind[-1] != "?" and name not in value]), None)
# --- Notes and keys
def key(vkey, algorithm=1):
    name, stated, encoded = vkey.split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    hashed = sha(name.encode(), b"\n", typed)[:4]
    good = re.fullmatch(r"[^\s\x00-\x1f\x7f]+", name) and len(typed) == 33 and typed[0] == algorithm
    need(good and hashed.hex() == stated and base64.b64encode(typed).decode() == encoded, "not a verifier key")
    return name, hashed, Ed25519PublicKey.from_public_bytes(typed[1:])
def note(signed):
    """A note's text, and its signatures: name, key's hash, bytes."""
    body, blank, lines = signed.rpartition("\n\n")
    found = [re.fullmatch(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]{7,}=*)", line) for line in lines[:-1].split("\n")]
    good = blank and lines[-1:] == "\n" and all(found) and len(found) <= 100
    need(good and not re.search(r"[\x00-\x09\x0b-\x1f]", signed), "not a note")
    raw = [(it[1], base64.b64decode(it[2], validate=True)) for it in found]
    return body + "\n", [(name, bytes_[:4], bytes_[4:]) for name, bytes_ in raw]
def holds(public, signature, message):
    try: return public.verify(signature, message) is None
    except InvalidSignature: return False
def opened(signed, vkeys, kind):
    """The lines of a note of that kind, which one of the log's keys has signed."""
    (body, signatures), known, name = note(signed), map(key, vkeys), key(vkeys[0])[0]
    own = [(public, [it for *whose, it in signatures if whose == [name, hashed]]) for name, hashed, public in known]
    need(any(it and holds(public, it[0], body.encode()) for public, it in own), f"not signed with a key of {name}")
    lines = body.split("\n")
    good = len(lines) == 5 and lines[0] == name and re.fullmatch(kind, lines[1]) and lines[3][:5] == "time "
    need(good and fits("instant", lines[3][5:]) and lines[4] == "", f"not of the log {name}")
    return lines
def head(signed, vkeys):
    """The size, root and time of a checkpoint."""
    _, size, root, time, _ = opened(signed, vkeys, "0|[1-9][0-9]{0,15}")
    need(re.fullmatch("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", root), "the checkpoint's root")
    return int(size), root, time[5:]
def follow(notes, known, signing):
    links, before = [known], ""
    for signed in notes:
        try:
            _, _, new, time, _ = opened(signed, links[-1:], "samsyn-key-succession/v1")
            need(key(new)[0] == key(known)[0] and new != links[-1] and time >= before, "")
            opened(signed, [new], "samsyn-key-succession/v1")
            links, before = links + [new], time
        except ValueError:
            need(len(links) == 1, "the keys do not lead from the one given to the one that signed")
    need(links[-1] == signing, "signed with another key than the one given")
    return links
def has_cosigned(signed, vkey):
    (name, hashed, public), (body, signatures) = key(vkey, 4), note(signed)
    def said(seconds): return f"cosignature/v1\ntime {int.from_bytes(seconds, 'big')}\n{body}".encode()
    return any(holds(public, it[8:], said(it[:8])) for *whose, it in signatures if whose == [name, hashed])
# --- The tree, as the roots of its complete subtrees from the left
def levels(begin, end):
    while begin < end:
        yield (level := min((begin & -begin or INTEGER_MAX).bit_length(), (end - begin).bit_length()) - 1)
        begin += 1 << level
class Tree:
    def __init__(self, kept): self.end, self.hashes, self.kept, self.held = 0, [], kept, False
    def push(self, level, hash_):
        self.end += 1 << level
        while self.end % (2 << level) == 0: hash_, level = sha(b"\1", self.hashes.pop(), hash_), level + 1
        self.hashes.append(hash_)
    def cover(self, end, hashes):
        global at
        for level, hash_ in zip(levels(self.end, end), hashes): self.push(level, bytes.fromhex(hash_))
        at = 1 if (forked := self.end == self.kept[0] and self.root() != self.kept[1]) else at
        need(not forked, f"the log was forked: it is not the one of the checkpoint with {self.end} leaves that was kept")
        self.held |= self.end == self.kept[0]
    def root(self):
        root, *lefts = reversed(self.hashes or [sha()])
        for left in lefts: root = sha(b"\1", left, root)
        return base64.b64encode(root).decode()
# --- The export
def check_entry(header, records, leaf):
    need(sha(write(header)).hex() == leaf["entry"], "the header was changed")
    need(not misfit(header, HEADER), f"the header's {misfit(header, HEADER)}")
    need(len(records) == len(header["records"]) > max(leaf["open"], default=-1), "the number of records")
    for place, (record, expected) in enumerate(zip(records, header["records"])):
        sealed = isinstance(record, dict) and set(record) == {"sealed"} and record["sealed"]
        need((sealed or sha(write(record)).hex()) == expected, f"record {place} was changed")
        need(bool(sealed) != (place in leaf["open"]), f"record {place} is open or sealed as it should not be")
        need(sealed or not misfit(record, RECORD), f"record {place}'s {misfit(record, RECORD)}")
def check_line(line, manifest, index, before, signed_at):
    kinds = {"hash leaf": "fence", "disposed hash leaf": "disposed", "hash header leaf records": "entry"}
    kind = kinds.get(" ".join(sorted(line))) if isinstance(line, dict) else None
    need(kind and (kind != "entry" or isinstance(line["records"], list)), "not a line of an export")
    leaf, hashed = line["leaf"], sha(b"\0", write(line["leaf"]))
    need(hashed.hex() == line["hash"], "the leaf was changed")
    need(kind != "disposed" or fits("uuid", line["disposed"]), "not the id of a disposal")
    need(not misfit(leaf, LEAF), f"the leaf's {misfit(leaf, LEAF)}")
    need(leaf["log"] == manifest["log"], "this is of another log")
    need(leaf["index"] == index, f"leaf {index} should stand here, not {leaf['index']}")
    need(before <= leaf["time"] <= signed_at, "the time goes backwards, or past the checkpoint")
    inside, time = manifest["first"] <= index < manifest["end"], leaf["time"]
    where = (time >= manifest["from"]) + (time >= manifest["to"])
    need(where == (index >= manifest["first"]) + (index >= manifest["end"]), "outside the period, or a fence in it")
    need(inside == (kind != "fence"), "an entry that is not shown, or one that should not be")
    kind == "entry" and check_entry(line["header"], line["records"], leaf)
    return hashed, time, kind
def verify(asked):
    first, before, disposed = read(line()), "", 0
    manifest = first["manifest"] if isinstance(first, dict) and list(first) == ["manifest"] else None
    good = not misfit(manifest, MANIFEST) and manifest["version"] == 1 and manifest.get("successions") != []
    need(good, f"the manifest's {misfit(manifest, MANIFEST) or 'version'}")
    keys = follow(manifest.get("successions", []), asked.key, manifest["key"]) if asked.key else [manifest["key"]]
    log = manifest["log"]
    need(key(manifest["key"])[0] == log and log.endswith("/" + manifest["agency"]), "this is of another log")
    (size, root, signed_at), begin, end = head(manifest["checkpoint"], keys[-1:]), manifest["first"], manifest["end"]
    tree = Tree(head(asked.checkpoint.read().decode(), keys) if asked.checkpoint else (-1, "", ""))
    need(tree.kept[0] <= size, f"an older state is shown: the checkpoint that was kept has {tree.kept[0]} leaves")
    names = {key(vkey, 4)[0] for vkey in asked.witness if has_cosigned(manifest["checkpoint"], vkey)}
    needed = len(asked.witness) if asked.witnesses_needed is None else asked.witnesses_needed
    need(len(names) >= needed, f"cosigned by {len(names)} of the witnesses only")
    shown, parts = range(max(begin - 1, 0), min(end + 1, size)), [len(manifest["left"]), len(manifest["right"])]
    need(begin <= end <= size <= INTEGER_MAX, "the range")
    need(parts == [len([*levels(0, shown.start)]), len([*levels(shown.stop, size)])], "the number of hashes")
    complete_to = manifest["to"] if end < size else min(manifest["to"], signed_at)
    need(complete_to >= manifest["from"], "the checkpoint was signed before the period began")
    tree.cover(shown.start, manifest["left"])
    for index in shown:
        hashed, before, kind = check_line(read(line()), manifest, index, before, signed_at)
        tree.cover(index + 1, [hashed.hex()])
        disposed += kind == "disposed"
    need(not asked.file.peek(1) or not line(), "a line too many")
    tree.cover(size, manifest["right"])
    need(tree.root() == root, "the leaves do not give the signed root")
    return (f"Proved: {end - begin} entries of {log} from {manifest['from']} up to {complete_to}, {disposed} of them\n"
            f"disposed of, in a tree of {size} leaves signed {signed_at} with {manifest['key']}\n"
            f"({'the key given' if asked.key else 'which came with the export'}), cosigned by {sorted(names)}"
            + ("" if tree.kept[0] < 0 else f"\n{'It grew' if tree.held else 'It does not show whether it grew'} out of"
               f" the checkpoint with {tree.kept[0]} leaves that was kept"))
words, at = argparse.ArgumentParser(description=__doc__.split(":")[0]), 0
words.add_argument("file", type=argparse.FileType("rb"), help="the export (NDJSON); - for standard input")
words.add_argument("--key", metavar="VKEY", type=lambda it: key(it) and it, help="the log's key, as made known")
words.add_argument("--witness", metavar="VKEY", type=lambda it: key(it, 4) and it, action="append", default=[])
words.add_argument("--checkpoint", metavar="FILE", type=argparse.FileType("rb"), help="one that was kept from before")
words.add_argument("--witnesses-needed", metavar="N", type=int, help="how many must have cosigned; all if not said")
def line():
    global at
    at += 1
    return asked.file.readline(LINE_MAX)
try:
    print(verify(asked := words.parse_args()))
except (ValueError, RecursionError) as unfit:
    sys.exit(print(f"Not proved. line {at}: {unfit}") or 1)
