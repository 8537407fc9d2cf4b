"""Made-up counties from a seed: terrain, rivers, villages, roads, and the rules of five published practices."""

from planner.tables.generate.county import County, CountySpec, generate_county
from planner.tables.generate.write import write_county

__all__ = ["County", "CountySpec", "generate_county", "write_county"]
