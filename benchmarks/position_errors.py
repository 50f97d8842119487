"""Make the numbers of `perturbed/errors.toml` again, from files of different dates and offices.

    python benchmarks/position_errors.py ../shared/data

It prints how far the same library or station lies apart in two files, the mixture that is fitted to it, and how many
rows of a list are gone and new some years later.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer
from scipy.optimize import minimize

_TO_METRES = Transformer.from_crs(4326, 5179, always_xy=True)
_PARTS = 4
_STARTS = (75.0, 150.0, 300.0)
#: Quantiles of the distance between two files that have the same library; the first three are those of the review.
QUANTILES = (
    (0.5, 1.0), (0.9, 196.0), (0.95, 999.0), (0.75, 9.4), (0.8, 24.5), (0.85, 64.0), (0.866, 150.0), (0.997, 5633.0),
)  # fmt: skip
_MEASURED, _HEAVY = 3, 20.0


def listed(path: Path, encoding: str = "cp949") -> pd.DataFrame:
    """Read a list with its positions in metres."""
    frame = pd.read_csv(path, encoding=encoding, low_memory=False)
    lon, lat = (pd.to_numeric(frame[name], errors="coerce") for name in ("경도", "위도"))
    x, y = _TO_METRES.transform(lon.to_numpy(), lat.to_numpy())
    known = (lat > 0).to_numpy()
    return frame.assign(x=np.where(known, x, np.nan), y=np.where(known, y, np.nan))


def named(frame: pd.DataFrame, ward: str = "") -> pd.DataFrame:
    """Give libraries a key: name without blanks and punctuation, and the ward where it is told."""
    key = frame["도서관명"].str.replace(r"[\W_]+", "", regex=True)
    return frame.assign(key=key + "/" + frame[ward] if ward else key)


def compared(one: pd.DataFrame, other: pd.DataFrame, years: float | None = None) -> np.ndarray:
    """Print what two lists have in common, and return the distances."""
    one, other = (frame[~frame["key"].duplicated(keep=False)] for frame in (one, other))
    both = one.merge(other, on="key", suffixes=("", "_other"))
    apart = np.hypot(both["x"] - both["x_other"], both["y"] - both["y_other"]).dropna().to_numpy()
    quantiles = {
        q: round(float(np.quantile(apart, q)), 1) for q in (0.5, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99, 1.0)
    }
    print(f"  {len(one)} and {len(other)} rows, {len(both)} in both; metres apart {quantiles}")
    if years:
        gone, new = 1 - len(both) / len(one), 1 - len(both) / len(other)
        yearly = (1 - (1 - share) ** (1 / years) for share in (gone, new))
        print(f"  gone {gone:.3f}, new {new:.3f}; in a year {', '.join(f'{share:.3f}' for share in yearly)}")
    return apart


def fitted() -> tuple[np.ndarray, np.ndarray]:
    """Return shares and standard deviations of the mixture with the measured quantiles."""

    def mixture(free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        shares = np.exp(free[:_PARTS] - free[:_PARTS].max())
        return shares / shares.sum(), np.exp(free[_PARTS:])

    def off(free: np.ndarray) -> float:
        shares, sigma = mixture(free)
        within = [
            1 - float(np.sum(shares * np.exp(-(metres**2) / (2 * sigma**2)))) for _, metres in QUANTILES
        ]
        weight = np.where(np.arange(len(QUANTILES)) < _MEASURED, _HEAVY, 1.0)
        return float(np.sum(weight * (np.array(within) - [share for share, _ in QUANTILES]) ** 2))

    first = [np.r_[np.log([0.65, 0.12, 0.13, 0.1]), np.log([0.8, 20.0, wide, 1500.0])] for wide in _STARTS]
    how = {"maxiter": 40_000, "maxfev": 40_000, "xatol": 1e-6, "fatol": 1e-12}
    found = [minimize(off, start, method="Nelder-Mead", options=how) for start in first]
    shares, sigma = mixture(min(found, key=lambda one: one.fun).x)
    order = np.argsort(sigma)
    return shares[order], sigma[order]


def main(data: Path) -> None:
    """Print everything."""
    standard = listed(data / "sites/library_standard__202607.csv")
    before = listed(data / "sites_more/library_standard__202404.csv")
    public = listed(data / "sites/public_library__202604.csv")
    now, then = (frame[frame["시도명"].str.contains("서울", na=False)] for frame in (standard, before))
    print("library_standard 2026-07 and public_library 2026-04")
    compared(named(public), named(now))
    shares, sigma = fitted()
    print(f"  mixture: shares {shares.round(4).tolist()}, sigma_m {sigma.round(2).tolist()}")
    print("library_standard 2024-04 and 2026-07")
    compared(named(then, "시군구명"), named(now, "시군구명"), 2.25)
    print("bike_station_master 2024-05 and 2025-09")
    master = [
        listed(data / path)
        for path in ("sites_more/bike_station_master__202405.csv", "sites/bike_station_master__202509.csv")
    ]
    compared(*(frame.assign(key=frame.iloc[:, 0].astype(str)) for frame in master))
    print("bike_station 2023-06 and 2026-04")
    stations = [
        listed(data / "sites/bike_station__202306.csv"),
        listed(data / "sites/bike_station_derived__202604.csv", "utf-8-sig"),
    ]
    compared(*(frame.assign(key=frame["대여소번호"].astype(str).str.strip()) for frame in stations), 2.83)
    print("parking_standard 2021-06 and 2023-01, Seoul")
    lots = [
        listed(data / path)
        for path in ("sites_more/parking_standard__202106.csv", "sites/parking_standard__202301.csv")
    ]
    compared(*(_of_seoul(frame) for frame in lots), 1.5)


def _of_seoul(frame: pd.DataFrame) -> pd.DataFrame:
    address = frame["소재지지번주소"].fillna(frame["소재지도로명주소"]).astype(str)
    ours = frame[address.str.startswith("서울")].drop_duplicates(frame.columns[0])
    return ours.assign(key=ours.iloc[:, 0].astype(str))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
