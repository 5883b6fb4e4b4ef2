"""Training and evaluation of the population model of cycle life: `make train`, `make evaluate-life`."""
