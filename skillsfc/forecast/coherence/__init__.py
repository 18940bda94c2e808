"""Forecasts of parts and totals made to agree: summing structures, kernels and `reconcile`."""
