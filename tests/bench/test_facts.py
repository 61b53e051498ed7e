from bench.facts import lines


def test_a_fact_inside_another_is_written_with_the_names_of_both() -> None:
    facts = {"date": "today", "versions": {"python": "3.11", "drivers": {"asyncpg": "0.32"}}}

    assert list(lines(facts)) == [
        "date: today",
        "versions.python: 3.11",
        "versions.drivers.asyncpg: 0.32",
    ]
