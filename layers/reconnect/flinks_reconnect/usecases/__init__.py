"""One verb per module; each orchestrates the domain and the ports, and knows no technology."""
