"""Made-up names of villages, people and offices that sound right; telephone numbers nobody has (area code 0000)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
CHARACTERS = "志国建军文明华平春林海云秀英桂兰玉梅晓东红霞永强丽娟德生福贵长青小芳庆丰淑珍立新月琴正义家和"
FRONTS = (
    *"上下东西南北前后大小新老高长石青白黄红黑双三五七九龙凤马牛羊虎鹤松柏柳杨桃李杏梨枣竹槐桐茶花清玉金银铁铜云雾月星泉沙土水井桥庙塔",
    "王家",
    "李家",
    "张家",
    "刘家",
    "陈家",
    "杨家",
    "赵家",
    "周家",
    "吴家",
    "郑家",
    "冯家",
    "田家",
    "向家",
    "彭家",
    "石板",
    "柳树",
    "枫香",
    "樟木",
    "茅草",
    "油坊",
    "碾子",
    "瓦窑",
    "磨石",
    "观音",
    "铁匠",
    "野猪",
    "白果",
    "桐木",
    "岩口",
    "大树",
    "半坡",
    "向阳",
    "团结",
    "永兴",
    "太平",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameStyle:
    """How places of a region are called: endings of villages and of townships."""

    villages: str  # endings, separated by spaces
    townships: str
    rivers: str = "河 水 溪"


class NameGiver:
    """Gives names, each once; the generator passed in decides which."""

    def __init__(self, style: NameStyle, rng: np.random.Generator) -> None:
        self._style = style
        self._rng = rng
        self._taken: set[str] = set()

    def village(self) -> str:
        """Return a village's name with 村."""
        return self._place(self._style.villages.split()) + "村"

    def place(self, endings: str) -> str:
        """Return a name with one of the endings (separated by spaces)."""
        return self._place(endings.split())

    def township(self, *, is_town: bool) -> str:
        """Return a township's name with 镇 or 乡."""
        return self._place(self._style.townships.split()) + ("镇" if is_town else "乡")

    def river(self) -> str:
        """Return a river's name."""
        return self._place(self._style.rivers.split())

    def person(self) -> str:
        """Return a person's name; two people may share one."""
        given = "".join(self._one(CHARACTERS) for _ in range(1 + int(self._rng.integers(0, 2))))
        return self._one(SURNAMES) + given

    def phone(self) -> str:
        """Return a telephone number of the area code 0000, which no place has."""
        return f"0000-{int(self._rng.integers(2_000_000, 9_000_000))}"

    def _place(self, endings: Sequence[str]) -> str:
        while True:
            front, end = self._one(FRONTS), self._one(endings)
            name = front + end
            if name not in self._taken and front != end:
                self._taken.add(name)
                return name

    def _one(self, choices: Sequence[str]) -> str:
        return choices[int(self._rng.integers(0, len(choices)))]
