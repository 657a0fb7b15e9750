"""Figures for those who look after the product, as Prometheus reads them. No id, number or name is in any."""
