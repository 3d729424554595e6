import shutil
import stat
import subprocess
from pathlib import Path

from local import environment

FACTS = {
    "apiUrl": "http://127.0.0.1:1/v1",
    "region": "ca-central-1",
    "accessKeyId": "AKIDEXAMPLE",
    "secretAccessKey": "a'b $c",
    "sessionToken": "of a role/+=",
}


def test_a_shell_that_reads_the_file_knows_what_the_examples_need(tmp_path: Path) -> None:
    file = tmp_path / "env.sh"
    environment.write(FACTS, file)
    shell = shutil.which("sh")
    assert shell

    told = subprocess.run(
        [shell, "-c", '. "$1" && env', "sh", file], env={}, check=True, capture_output=True
    )

    known = dict(each.split("=", 1) for each in told.stdout.decode().splitlines())
    assert known["RECONNECT_API_URL"] == FACTS["apiUrl"]
    assert known["AWS_REGION"] == FACTS["region"]
    assert known["AWS_ACCESS_KEY_ID"] == FACTS["accessKeyId"]
    assert known["AWS_SECRET_ACCESS_KEY"] == FACTS["secretAccessKey"]
    assert known["AWS_SESSION_TOKEN"] == FACTS["sessionToken"]
    assert known["RETURN_URL"] == "http://127.0.0.1:8805/back"
    assert known["LOGIN_ID"]


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    file = tmp_path / "env.sh"
    environment.write(FACTS, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
