"""Five bodies under gravity: floats in lists."""
from typing import List


def advance(x: List[float], y: List[float], z: List[float], vx: List[float], vy: List[float], vz: List[float], mass: List[float], dt: float):
    n = len(x)
    for i in range(n):
        for j in range(i + 1, n):
            dx = x[i] - x[j]
            dy = y[i] - y[j]
            dz = z[i] - z[j]
            square = dx * dx + dy * dy + dz * dz
            force = dt / (square * square ** 0.5)
            mi = mass[i] * force
            mj = mass[j] * force
            vx[i] -= dx * mj
            vy[i] -= dy * mj
            vz[i] -= dz * mj
            vx[j] += dx * mi
            vy[j] += dy * mi
            vz[j] += dz * mi
    for i in range(n):
        x[i] += dt * vx[i]
        y[i] += dt * vy[i]
        z[i] += dt * vz[i]


def energy(x: List[float], y: List[float], z: List[float], vx: List[float], vy: List[float], vz: List[float], mass: List[float]) -> float:
    total = 0.0
    n = len(x)
    for i in range(n):
        total += 0.5 * mass[i] * (vx[i] * vx[i] + vy[i] * vy[i] + vz[i] * vz[i])
        for j in range(i + 1, n):
            dx = x[i] - x[j]
            dy = y[i] - y[j]
            dz = z[i] - z[j]
            total -= mass[i] * mass[j] / (dx * dx + dy * dy + dz * dz) ** 0.5
    return total


def run(steps: int) -> float:
    sun = 39.47841760435743
    x = [0.0, 4.84143144246472082945, 8.34336671824457987790, 12.8943695621391310, 15.3796971148509165]
    y = [0.0, -1.16032004402742839362, 4.12479856412430479268, -15.1111514016986312, -25.9193146099879641]
    z = [0.0, -0.103622044471123109494, -0.403523417114321381, -0.223307578892655734, 0.179258772950371181]
    vx = [0.0, 0.606326392995832, -1.01077434617879236, 1.08279100644153536, 0.979090732243897976]
    vy = [0.0, 2.81198684491626016, 1.82566237123041186, 0.868713018169608219, 0.594698998647676169]
    vz = [0.0, -0.0252183616598876288, 0.00841576137658415351, -0.0108326374013636358, -0.0347559555078104037]
    mass = [sun, 0.0376936749096658, 0.0112863261319687668, 0.00172372405705971, 0.00203368686992463]
    px = 0.0
    py = 0.0
    pz = 0.0
    for i in range(len(x)):
        px += vx[i] * mass[i]
        py += vy[i] * mass[i]
        pz += vz[i] * mass[i]
    vx[0] = -px / sun
    vy[0] = -py / sun
    vz[0] = -pz / sun
    for step in range(steps):
        advance(x, y, z, vx, vy, vz, mass, 0.01)
    return energy(x, y, z, vx, vy, vz, mass)
