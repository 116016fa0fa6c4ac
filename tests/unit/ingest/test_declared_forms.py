"""Groups left out, sessions beside days, answers by degree, and printed counts are read as declared."""

from pathlib import Path

import pytest
import yaml
from tests.cases import read_yaml

from oxymilk.faults import FaultsError
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

FORMS = read_yaml(Path(__file__).parents[2] / "data/new_study/forms.yaml")


@pytest.mark.parametrize("form", FORMS["forms"], ids=lambda form: form["name"])
def test_a_form_is_read_as_declared(form, tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    study = FORMS["study"] | {"outcome": FORMS["outcomes"][form["outcome"]] | form.get("more", {})}
    study["sheets"] = [{"file": "s.csv"} | form["sheet"]]
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    (folder / "s.csv").write_text(form["text"], encoding="utf-8")
    found = []
    try:
        observations = ingest_observations(load_study(folder), folder)
    except FaultsError as error:
        found = [fault.code for fault in error.faults]
    else:
        found += [fault.code for fault in observations.warnings]
        for person, rows in observations.frame("observations").groupby("participant", sort=False):
            found.append(f"{person} {rows['group'].iloc[0]} {'>'.join(rows['score'])}")
    assert found == form["found"]
