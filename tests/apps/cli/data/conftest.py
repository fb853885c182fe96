"""Data files in the project's folder: trips as they should be, and a copy with three faults."""

import csv
import shutil
from pathlib import Path

import pytest
from command_line import Call

from penstock.testing import write_taxi

ROWS = 400


@pytest.fixture(scope="session")
def taxi_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("taxi") / "trips.csv"
    write_taxi(path, ROWS, seed=3)
    return path


@pytest.fixture
def trips(project: Path, taxi_file: Path) -> str:
    """Name of a CSV file with generated trips."""
    shutil.copy(taxi_file, "trips.csv")
    return "trips.csv"


@pytest.fixture
def saved(trips: str, penstock: Call) -> str:
    """Name of the trips' saved statistics."""
    assert penstock("data", "describe", trips, "-o", "trips.json").code == 0
    return "trips.json"


@pytest.fixture
def schema(saved: str, penstock: Call) -> str:
    """Name of the schema inferred from the trips, with bounds of the hour."""
    assert penstock("data", "schema", saved, "--numeric-bounds", "-o", "trips.yaml").code == 0
    return "trips.yaml"


@pytest.fixture
def bad(trips: str) -> str:
    """The trips with a currency sign in a fare, an unknown company and an hour of 24."""
    with Path(trips).open(newline="") as file:
        names, *rows = csv.reader(file)
    rows[4][names.index("fare")] = "$" + rows[4][names.index("fare")]
    rows[7][names.index("company")] = "Moon Cab"
    rows[9][names.index("trip_start_hour")] = "24"
    with Path("bad.csv").open("w", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    return "bad.csv"
