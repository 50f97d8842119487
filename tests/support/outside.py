"""The outside for tests: a transport that does not wait, and what must never be seen of a key."""

from __future__ import annotations

import traceback
from urllib.parse import quote

from sharemap.sources.asking import Transport


class Hasty(Transport):
    """The real transport, but for the pauses, which are only noted."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.pauses = []

    def pause(self, seconds):
        self.pauses.append(seconds)


def spellings(key):
    encoded = quote(key, safe="")
    return {
        key,
        encoded,
        encoded.lower(),
        quote(encoded, safe=""),
        quote(key),
        key.replace("/", "\\/"),
        repr(key)[1:-1],
    }


def assert_clean(text, keys):
    for key in keys:
        for secret in spellings(key):
            assert secret.lower() not in text.lower()


def chain(error):
    """Everything that hangs on an error: causes, contexts, arguments, and the locals of our own frames."""
    seen, queue = [], [error]
    while queue:
        one = queue.pop()
        if one is None or one in seen:
            continue
        seen.append(one)
        queue += [one.__cause__, one.__context__]
    texts = [repr(one) + str(one) + repr(one.args) + repr(vars(one)) for one in seen]
    for one in seen:
        texts += traceback.format_exception(one)
        frames = traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), capture_locals=True)
        texts += [
            repr(frame.locals)
            for frame in frames
            if "sharemap" in frame.filename and "tests" not in frame.filename
        ]
    return texts
