"""What it costs to load an accuracy table and to ask it for a limit.

python benchmarks/accuracy_tables.py
"""

from __future__ import annotations

import time

from calibrator_drivers.accuracy import list_tables, load_table


def main() -> None:
    for name in list_tables():
        begun = time.perf_counter()
        table = load_table(name)
        print(f"load  {name:18} {(time.perf_counter() - begun) * 1e3:6.1f} ms  {len(table.rows):4} rows")
    table = load_table("fluke_5522a")
    begun = time.perf_counter()
    for _ in range(5000):
        table.limit("dcv", 10.0)
    print(f"limit                    {(time.perf_counter() - begun) / 5000 * 1e6:6.1f} us")


if __name__ == "__main__":
    main()
