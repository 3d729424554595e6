"""The API origin: what Flinks serves at https://{instance}-api.private.fin.ag."""
