"""Published files are read as their authors meant them, and broken ones are refused with file and line."""

from __future__ import annotations

import os
from math import inf
from pathlib import Path

import pytest

from planner.bench.formats import expand, read_benchmark
from planner.bench.model import Kind, Limit, days_of_code
from planner.errors import InputError
from tests.planner.bench.tiny import HSDMDMTPVRP, MDPVRP, PVRP, PVRPTW, read


def test_leftmost_digit_of_a_code_is_the_first_day() -> None:
    """Code 10 of five days is 01010: the second and the fourth day."""
    assert days_of_code(10, 5) == (1, 3)
    assert days_of_code(16, 5) == (0,)


def test_pvrp_is_read_with_limits_codes_and_demands(tmp_path: Path) -> None:
    """Two vehicles, two days, four customers; customer 3 only on the first day."""
    tiny = read(PVRP, tmp_path)
    assert (tiny.name, tiny.kind, tiny.days, tiny.vehicle_types[0].count) == ("tiny", Kind.PVRP, 2, 2)
    assert tiny.limits == ((Limit(30.0, 10.0),), (Limit(30.0, 10.0),))
    assert [customer.day_sets for customer in tiny.customers] == [((0,), (1,)), ((0, 1),), ((0,),), ((0,), (1,))]
    third = tiny.customers[2]
    assert (third.number, third.x, third.y, third.service, third.demand) == (3, 0.0, 4.0, 2.0, 6.0)


def test_zero_limits_mean_none(tmp_path: Path) -> None:
    """D = 0 and Q = 0 bound nothing."""
    tiny = read(PVRP.replace("30 10\n", "0 0\n", 1), tmp_path)
    assert tiny.limits[0] == (Limit(inf, inf),)
    assert tiny.limits[1] == (Limit(30.0, 10.0),)


def test_frequency_zero_leaves_the_days_to_the_codes(tmp_path: Path) -> None:
    """A customer with f = 0 and one-day codes is visited once."""
    tiny = read(PVRP.replace("4 0 -5 1 3 1 2 1 2", "4 0 -5 1 3 0 2 1 2"), tmp_path)
    assert tiny.customers[3].day_sets == ((0,), (1,))


def test_windows_are_read_in_pvrptw(tmp_path: Path) -> None:
    """The last two numbers of a line are the window, the depot's too."""
    tiny = read(PVRPTW, tmp_path)
    assert tiny.kind is Kind.PVRPTW
    assert (tiny.depots[0].opens, tiny.depots[0].closes) == (0.0, 100.0)
    assert (tiny.customers[2].opens, tiny.customers[2].closes) == (20.0, 40.0)


def test_mislabelled_windows_are_read_as_type_5_and_said(tmp_path: Path) -> None:
    """A header of type 2 before one depot and windows means 5, as in the eighth published file."""
    tiny = read(PVRPTW.replace("5 2 4 2", "2 2 4 2", 1), tmp_path)
    assert tiny.kind is Kind.PVRPTW
    assert "read as type 5" in str(tiny.notices[0])
    assert read(PVRPTW, tmp_path).notices == ()


def test_type_given_overrides_the_header(tmp_path: Path) -> None:
    """A file of type 5 read as type 1 has no windows."""
    tiny = read(PVRPTW, tmp_path, as_type=1)
    assert (tiny.kind, tiny.customers[2].opens, tiny.customers[2].closes) == (Kind.PVRP, 0.0, inf)


def test_mdpvrp_has_limits_by_day_and_depot_and_no_windows(tmp_path: Path) -> None:
    """The limits are listed by day, then by depot; the windows in these files do not count."""
    tiny = read(MDPVRP, tmp_path)
    assert [[limit.capacity for limit in day] for day in tiny.limits] == [[11.0, 12.0], [21.0, 22.0]]
    assert [(depot.number, depot.x) for depot in tiny.depots] == [(0, 0.0), (1, 10.0)]
    assert [customer.number for customer in tiny.customers] == [2, 3, 4, 5]
    assert {customer.closes for customer in tiny.customers} == {inf}


def test_heterogeneous_instance_is_read_with_types_masks_and_depots(tmp_path: Path) -> None:
    """The leftmost digit of a mask is the first type: mask 1 of two types is the large one."""
    tiny = read(HSDMDMTPVRP, tmp_path)
    assert (tiny.kind, tiny.days, tiny.limits[1][1]) == (Kind.HSDMDMTPVRP, 2, Limit(8.0, inf))
    small, large = tiny.vehicle_types
    assert (small.count, small.capacity, small.speed, small.fixed_cost, small.distance_cost) == (2, 10, 10, 100, 0.5)
    assert large.distance_cost == 2.0
    assert [customer.vehicle_types for customer in tiny.customers] == [{0, 1}, {0, 1}, {1}, {0, 1}]
    assert (tiny.customers[2].demand, tiny.customers[2].service) == (60.0, 2.0)
    assert [(depot.number, depot.x, depot.y) for depot in tiny.depots] == [(5, 0.0, 0.0), (6, 10.0, 0.0)]


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        (PVRP.replace("1 2 4 2", "1 2", 1), 1, "Numbers found: 2; needed: 4."),
        (PVRP.replace("1 2 4 2", "3 2 4 2", 1), 1, "Instances of type 3 are not read"),
        (PVRP.replace("1 2 4 2", "1 2 5 2", 1), 8, "Lines found: 8; the header asks for 9."),
        (PVRP.replace("1 2 4 2", "1 2 3 2", 1), 8, "Lines found: 8; the header asks for 7."),
        (PVRP.replace("1 2 4 2", "1 0 4 2", 1), 1, '"0" cannot be the number of vehicles'),
        (PVRP.replace("30 10", "30", 1), 2, "Numbers found: 1; needed: 2."),
        (PVRP.replace("30 10", "30 nan", 1), 2, '"nan" cannot be a load'),
        (PVRP.replace("0 0 0 0 0 0 0", "0 0 0 0 0 1 1 3"), 4, "A depot was expected"),
        (PVRP.replace("3 0 4 2 6", "3 0 north 2 6"), 7, '"north" cannot be a coordinate'),
        (PVRP.replace("3 0 4 2 6", "3 0 4 2 -6"), 7, '"-6" cannot be a demand'),
        (PVRP.replace("3 0 4 2 6", "3.5 0 4 2 6"), 7, '"3.5" cannot be a number'),
        (PVRP.replace("3 0 4 2 6", "2 0 4 2 6"), 7, "The number 2 is used twice"),
        (PVRP.replace("6 1 1 2\n", "6 1 1 3\n"), 7, "Code 3 has 2 days, but f is 1"),
        (PVRP.replace("6 1 1 2\n", "6 1 1 4\n"), 7, '"4" cannot be a visit code'),
        (PVRP.replace("6 1 1 2\n", "6 1 0\n"), 7, '"0" cannot be a number of codes'),
        (PVRP.replace("6 1 1 2\n", "6 1 2 2\n"), 7, "Numbers found: 8; needed: 9."),
        (PVRP.replace("6 1 1 2\n", "6 1 1 2 2\n"), 7, "Numbers after the 1 code(s): 1."),
        (PVRPTW.replace("20 40", "40 20"), 7, "ends at 20.0, before it begins at 40.0"),
        (PVRPTW.replace(" 20 40", ""), 7, "Numbers found: 8; needed: 10."),
        (MDPVRP.replace("8 1 4 2 2", "8 1 4 2"), 1, "Numbers found: 4; needed: 5."),
        (HSDMDMTPVRP.replace("1 2 10 10 100", "1 2 10 0 100"), 2, '"0" cannot be a speed'),
        (HSDMDMTPVRP.replace("60 2 1 1 2 1", "60 2 1 1 2 4"), 6, '"4" cannot be a mask of vehicle types'),
        (HSDMDMTPVRP.replace("60 2 1 1 2 1", "60 2 1 1 2"), 6, "Numbers found: 8; needed: 9."),
        (HSDMDMTPVRP.replace("6 10 0", "6 10"), 9, "Numbers found: 2; needed: 3."),
    ],
)
def test_broken_file_is_refused_with_its_line(content: str, row: int, words: str, tmp_path: Path) -> None:
    """The message names the file, the line, what was found there and what to do."""
    with pytest.raises(InputError) as refused:
        read(content, tmp_path, "broken.txt")
    (issue,) = refused.value.issues
    assert (issue.where.file, issue.where.row) == ("broken.txt", row)
    assert words in str(issue)
    assert str(issue.remedy)


def test_all_broken_customers_are_named_at_once(tmp_path: Path) -> None:
    """Two bad lines are two faults of one report."""
    with pytest.raises(InputError) as refused:
        read(PVRP.replace("1 3 0 1 4", "1 x 0 1 4").replace("4 0 -5", "4 0 y"), tmp_path)
    assert [issue.where.row for issue in refused.value.issues] == [5, 8]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\x00\xff\x00", b"PK\x03\x04 workbook"])
def test_file_of_something_else_is_refused(content: bytes, tmp_path: Path) -> None:
    """An empty or a binary file is a fault of the input, not of the program."""
    path = tmp_path / "other.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"other\.xlsx"):
        read_benchmark(path)


def test_absent_file_is_refused(tmp_path: Path) -> None:
    """A wrong path is named."""
    with pytest.raises(InputError, match="nowhere"):
        read_benchmark(tmp_path / "nowhere")


def test_folder_stands_for_its_instances(tmp_path: Path) -> None:
    """Files without an ending and .txt files are taken, by name; an empty folder is refused."""
    for name in ("b.txt", "a", "notes.md"):
        (tmp_path / name).write_text(PVRP)
    assert [path.name for path in expand([tmp_path])] == ["a", "b.txt"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no instance"):
        expand([tmp_path / "empty"])


def test_every_published_file_can_be_read() -> None:
    """All files of the folder that XUNZHEN_BENCH names, one subfolder for each family."""
    if not os.environ.get("XUNZHEN_BENCH"):
        pytest.skip("XUNZHEN_BENCH names no folder of published instances")
    kinds = {"pvrp": Kind.PVRP, "pvrptw": Kind.PVRPTW, "mdpvrp": Kind.MDPVRP, "hsdmdmtpvrp": Kind.HSDMDMTPVRP}
    found = [folder for folder in kinds if (Path(os.environ["XUNZHEN_BENCH"]) / folder).is_dir()]
    assert found
    for folder in found:
        for path in expand([Path(os.environ["XUNZHEN_BENCH"]) / folder]):
            assert read_benchmark(path).kind is kinds[folder], path
