"""The Connect origin: the widget that Flinks serves at https://{instance}-iframe.private.fin.ag."""
