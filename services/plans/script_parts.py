"""The functions an exported script carries with it when it needs them."""

PARTS = {
    "try_again": '''
def try_again(call, later, seconds):
    """Make a call that may be refused at first, with one of `later` (code, part of the message)."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except ClientError as error:
            told = error.response["Error"]
            passing = any(told["Code"] == code and words in told["Message"] for code, words in later)
            if not passing or time.monotonic() > deadline:
                raise
        time.sleep(10)
''',
    "already": '''
def already(look, absent=(), expect=None, found="", replaces=False):
    """What is there and is what is wanted; None where there is nothing. Something else of that name ends the script,
    or with `replaces` is put right by the call."""
    try:
        answer = look()
    except ClientError as error:
        told = error.response["Error"]
        if any(told["Code"] == code and words in told["Message"] for code, words in absent):
            return None
        raise
    if found and not jmespath.search(found, answer):
        return None
    for where, wanted in (expect or {}).items():
        if not holds(wanted, jmespath.search(where, answer)):
            if replaces:
                return None
            sys.exit(f"It is there and is something else: {where} is not {wanted}.")
    return answer
''',
    "holds": '''
def holds(wanted, found):
    """Whether `found` is `wanted`; it may hold more, and AWS gives documents back parsed or as text."""
    if isinstance(wanted, (dict, list)) and isinstance(found, str):
        found = json.loads(found)
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(holds(each, found.get(name)) for name, each in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(wanted) == len(found) and all(map(holds, wanted, found))
    return wanted == found
''',
    "wait_until": '''
def wait_until(
    ask, path, done=(), failed=(), explanation="", absent=(), gone=False, expect=None, every=15, seconds=3600
):
    """Ask until the value at `path` is one of `done`, or (with `gone`) until the thing is not found any more."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = ask()
        except ClientError as error:
            told = error.response["Error"]
            if not any(told["Code"] == code and words in told["Message"] for code, words in absent):
                raise
            if gone:
                return {}
        else:
            now = jmespath.search(path, answer)
            if now in failed:
                why = jmespath.search(explanation, answer) if explanation else ""
                sys.exit(f"It ended as {now}. {why or ''}")
            if now in done:
                for where, wanted in (expect or {}).items():
                    if jmespath.search(where, answer) != wanted:
                        sys.exit(f"It ended as {now}, but {where} is not {wanted}.")
                return answer
        if time.monotonic() > deadline:
            sys.exit("It took too long.")
        time.sleep(every)
''',
    "send_file": '''
def send_file(send, path, sha256, parameters):
    """Send a file after checking that it is the one the plan showed."""
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        if digest.hexdigest() != sha256:
            sys.exit(f"{path} is not the file the plan showed.")
        file.seek(0)
        checksum = base64.b64encode(digest.digest()).decode()
        return send(**parameters, Body=file, ChecksumSHA256=checksum)
''',
}
