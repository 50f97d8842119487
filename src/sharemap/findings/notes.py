"""What a reader must know before trusting the tables of villages: why one is empty, partial or approximate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.findings.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sharemap.villages import Villages

__all__ = ["note"]

_THREE = 3


def note(found: Villages, lang: str) -> str:
    """Return everything that a reader must know, joined; '' when there is nothing."""
    return ("; " if lang == "en" else " ").join(_notes(found, lang))


def _notes(found: Villages, lang: str) -> Iterator[str]:
    say, needed = words(lang), found.rules.min_places
    if found.unreached:
        yield _unreached(found, lang)
    if not len(found.villages):
        key = "note_too_far"
        if found.spaces < needed:
            key = "note_too_few_shared" if found.services_in_spaces > found.spaces else "note_too_few"
        yield say[key].format(
            spaces=found.spaces,
            needed=needed,
            services=found.services_in_spaces,
            metres=found.rules.adjacent_m,
        )
    if needed != _THREE:
        yield say["note_no_pairs"].format(three=_THREE, needed=needed)
    about = found.villages.loc[~found.villages["loop_exact"], "village_id"]
    if len(about):
        yield say["note_approximate"].format(ids=", ".join(about))


def _unreached(found: Villages, lang: str) -> str:
    """Places that meet no street take part in nothing: say how many and why."""
    say = words(lang)
    reasons = [
        say["note_unreached_reason"].format(reason=say[f"status_{status}"], count=count)
        for status, count in found.unreached.items()
    ]
    return say["note_unreached"].format(total=sum(found.unreached.values()), reasons=", ".join(reasons))
