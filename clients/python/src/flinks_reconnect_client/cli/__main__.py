"""`python -m flinks_reconnect_client.cli`, where the script is not on the path."""

from flinks_reconnect_client.cli import main

if __name__ == "__main__":
    main()
