"""Deploys to an AWS account, and asks a stack how it is: `make deploy`, `make doctor`."""
