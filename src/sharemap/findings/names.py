"""What services and walkers are called, in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.catalog import GROUPS
from sharemap.findings.words import LANGUAGES, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sharemap.catalog import Layer
    from sharemap.units import WalkProfile

__all__ = ["Names", "in_each_language"]


@dataclass(frozen=True)
class Names:
    """What keys are called in one language.

    Attributes
    ----------
    services
        The promise, the groups of the plan and the layers.
    walkers
        The walking profiles.
    """

    services: Mapping[str, str]
    walkers: Mapping[str, str]


def in_each_language(layers: Iterable[Layer], walkers: Iterable[WalkProfile]) -> dict[str, Names]:
    """Return what services and walkers are called, by language.

    Parameters
    ----------
    layers
        Of the catalogue of a study, its own ones too.
    walkers
        The walking profiles of the study.

    Examples
    --------
    >>> from sharemap.units import STANDARD
    >>> told = in_each_language([], [STANDARD])
    >>> told["ko"].services["goods"], told["en"].services["goods"], told["en"].walkers["standard"]
    ('물건', 'goods', 'Adult')
    """
    listed, walking = list(layers), list(walkers)
    return {
        lang: Names(
            services={
                "all_groups": words(lang)["all_groups"],
                **(GROUPS if lang == "ko" else {key: key for key in GROUPS}),
                **{layer.key: getattr(layer, f"name_{lang}") for layer in listed},
            },
            walkers={one.name: getattr(one, f"name_{lang}") for one in walking},
        )
        for lang in LANGUAGES
    }
