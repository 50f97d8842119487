"""The share of residents served against the cutoff, as one curve: '15 minutes' is never one hidden number."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from sharemap.fonts import font_file
from sharemap.maps.paper.ink import every_glyph, write
from sharemap.palette import ACCENT, INK, MUTED, VILLAGE

if TYPE_CHECKING:
    from sharemap.findings import Run

__all__ = ["sensitivity_curve"]

_SIZE_IN = (7.2, 3.4)
_LOOKS = (
    (ACCENT, "-", "o"),
    (VILLAGE, "--", "s"),
    (INK, "-.", "^"),
    (MUTED, ":", "D"),
    ("#6b5b95", "-", "v"),
)


def sensitivity_curve(run: Run) -> bytes:
    """Return the curve as PNG: one line a walking profile, told apart by dash and sign as well as by colour.

    Parameters
    ----------
    run
        Of its table ``sensitivity`` the promise, of all profiles; the cutoff of the study is ringed.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    rows = run.table("sensitivity")
    rows = rows if rows.empty else rows.loc[rows["key"] == run.promise]
    figure = Figure(figsize=_SIZE_IN, dpi=160, facecolor="white")
    axes: Any = figure.add_axes((0.09, 0.17, 0.88, 0.76))
    font = FontProperties(fname=str(font_file("regular")), size=9)
    for look, (profile, own) in zip(_LOOKS * len(rows), rows.groupby("profile", sort=False), strict=False):
        line = own.dropna(subset="share").sort_values("cutoff_m")
        colour, dash, sign = look
        name = run.profile_names[str(profile)]
        share = 100 * line["share"]
        axes.plot(
            line["cutoff_m"], share, color=colour, linestyle=dash, marker=sign, markersize=4.5, label=name
        )
        ringed = line.loc[line["own"]]
        axes.plot(
            ringed["cutoff_m"], 100 * ringed["share"], "o", markersize=11, fillstyle="none", color=colour
        )
    axes.set_ylim(0, 100)
    axes.grid(color="#d5dadd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(f"{run.say['report_cutoff']} (m)", fontproperties=font, color=INK)
    axes.set_ylabel(f"{run.say['share']} (%)", fontproperties=font, color=INK)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(font)
    if len(rows):
        axes.legend(prop=font, frameon=False, loc="lower right")
    else:
        write(axes, (0.5, 50), run.say["no_data"], 11, ha="center")
    buffer = io.BytesIO()
    with every_glyph():
        FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": "sharemap"})
    return buffer.getvalue()
