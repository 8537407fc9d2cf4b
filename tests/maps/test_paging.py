"""Tables on pages: no row is lost or split, headings are repeated, and nothing stands alone."""

from __future__ import annotations

import pytest

from maps.paging import HEAD_ROOM, LINE, PADDING, TITLE_ROOM, Block, Column, Table, lines_of, paginate

ROW = LINE + PADDING
HEAD = TITLE_ROOM + HEAD_ROOM
COLUMNS = (Column("a", 30), Column("b", 100))


def row(name: str, *, lines: int = 1) -> Block:
    """Return a block of so many rows."""
    return Block(rows=tuple((name, str(k)) for k in range(lines)))


def table(*blocks: Block) -> Table:
    return Table(title="t", columns=COLUMNS, blocks=blocks)


def names(page: list[Table]) -> list[str]:
    """Return the first cell of every block of a page."""
    return [str(block.rows[0][0]) for part in page for block in part.blocks]


@pytest.mark.parametrize("count", [1, 9, 10, 11, 2_000])
def test_every_row_stands_on_one_page(count: int) -> None:
    """Pages with room for 10 rows: none is lost, none twice, and no page is higher than its room."""
    room = HEAD + 10 * ROW + 0.01
    pages = paginate([table(*(row(str(k)) for k in range(count)))], first_room=room, room=room)
    assert [name for page in pages for name in names(page)] == [str(k) for k in range(count)]
    assert len(pages) == -(-count // 10)
    assert all(sum(part.height for part in page) <= room for page in pages)
    assert [page[0].is_continued for page in pages] == [False] + [True] * (len(pages) - 1)


def test_rows_of_a_block_stay_together() -> None:
    """A block of 4 rows does not fit below 8 others on a page of 10: it begins the next."""
    room = HEAD + 10 * ROW + 0.01
    pages = paginate([table(*(row(str(k)) for k in range(8)), row("four", lines=4))], first_room=room, room=room)
    assert names(pages[1]) == ["four"]


def test_table_does_not_begin_for_two_rows() -> None:
    """Room for the head and 2 of 5 rows: the whole table waits for the next page; the first stays empty."""
    pages = paginate([table(*(row(str(k)) for k in range(5)))], first_room=HEAD + 2 * ROW + 0.01, room=200)
    assert [names(page) for page in pages] == [[], ["0", "1", "2", "3", "4"]]


def test_group_is_repeated_and_never_left_alone() -> None:
    """Room for 5: the second group's heading would be the last and goes on with its rows; a torn group is repeated."""

    def group(name: str) -> Block:
        return Block(rows=((name,),), look="group", again=f"{name} again")

    room = HEAD + 5 * ROW + 0.01
    blocks = (group("A"), row("1"), row("2"), row("3"), group("B"), *(row(str(k)) for k in range(4, 10)))
    pages = paginate([table(*blocks)], first_room=room, room=room)
    assert [names(page) for page in pages] == [
        ["A", "1", "2", "3"],
        ["B", "4", "5", "6", "7"],
        ["B again", "8", "9"],
    ]


def test_block_higher_than_a_page_is_put_on_its_own() -> None:
    """It overflows, but nothing loops and nothing is lost."""
    pages = paginate([table(row("a"), row("huge", lines=99), row("z"))], first_room=100, room=100)
    assert [name for page in pages for name in names(page)] == ["a", "huge", "z"]


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("", 1),
        ("村" * 10, 1),
        ("村" * 11, 2),
        ("村" * 31, 4),
        ("M" * 31, 3),
        ("村村 " + "i" * 60, 5),
        ("two words " * 4, 3),
    ],
)
def test_lines_of_a_text_in_a_column_of_ten_characters(said: str, lines: int) -> None:
    """Room for 10 Chinese characters, 14.7 capitals, 17.5 small letters; a long word ends the line before it."""
    assert lines_of(said, 2.2 + 10 * 2.8 * 1.06 + 0.01) == lines
