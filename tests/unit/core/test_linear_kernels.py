"""Small linear equations against numpy."""

import numpy as np
import pytest

from tocsin.core.linear_kernels import factor, invert, solve, solve_damped


def definite(n):
    rng = np.random.default_rng(n)
    root = rng.normal(size=(n, n + 2))
    return root @ root.T, rng.normal(size=n)


@pytest.mark.parametrize("n", [1, 2, 7, 20])
def test_factor_solve_and_inverse_are_numpys(n):
    a, b = definite(n)
    low, x = a.copy(), b.copy()
    assert factor(low, n)
    assert np.tril(low) == pytest.approx(np.linalg.cholesky(a))
    solve(low, n, x)
    assert x == pytest.approx(np.linalg.solve(a, b))
    left, out = a.copy(), np.empty((n, n))
    assert invert(left, out)
    assert out == pytest.approx(np.linalg.inv(a)) and (out == out.T).all()
    # what is left in place is the inverse of the factor: its diagonal gives the determinant
    assert 2.0 * np.log(np.diag(left)).sum() == pytest.approx(-np.linalg.slogdet(a)[1])


@pytest.mark.parametrize("damping", [0.0, 0.3])
def test_a_damped_step_is_levenbergs(damping):
    a, g = definite(6)
    low, out = np.empty((8, 8)), np.empty(8)
    assert solve_damped(a, g, 6, damping, low, out)
    assert out[:6] == pytest.approx(np.linalg.solve(a + damping * np.diag(np.diag(a)), g))


def test_what_is_not_positive_definite_is_told():
    a = np.diag([1.0, -1.0])
    assert not factor(a.copy(), 2) and not invert(a.copy(), np.empty((2, 2)))
    assert not solve_damped(a, np.ones(2), 2, 0.1, np.empty((2, 2)), np.empty(2))
    assert not factor(np.zeros((2, 2)), 2)
