//! A pinhole camera in front of the screen.

use super::Chance;
use super::plane::Plane;
use super::screen::Scene;

#[derive(Default)]
pub(crate) struct View {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Of the code's middle, in the picture.
    pub(crate) module_px: f32,
    /// All angles in radians: in the picture's plane, about the upright and about the level axis.
    pub(crate) turn: f32,
    pub(crate) yaw: f32,
    pub(crate) pitch: f32,
    /// How strongly the screen's own pixels show, 0 to 1; against the sensor's they make the moiré.
    pub(crate) screen_grid: f32,
}

type Matrix = [[f32; 3]; 3];

impl View {
    pub(crate) fn of(&self, scene: &Scene, chance: &mut Chance) -> Plane {
        let modules = scene.code.2 / scene.module_px;
        let reach = modules * self.module_px * 0.75;
        let spot = |chance: &mut Chance, end: f32| {
            if end > 2.0 * reach {
                chance.from(reach, end - reach)
            } else {
                end / 2.0
            }
        };
        let (middle_x, middle_y) = (spot(chance, self.width as f32), spot(chance, self.height as f32));
        let inverse = inverted(&self.projection(scene));

        let (desk, grain) = (chance.from(40.0, 180.0), chance.from(0.0, 0.4));
        let mut out = Plane::new(self.width, self.height, 0.0);
        for y in 0..self.height {
            for x in 0..self.width {
                let mut sum = 0.0;
                for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let (px, py) = (x as f32 + dx - middle_x, y as f32 + dy - middle_y);
                    let [u, v, w] = inverse.map(|row| row[0] * px + row[1] * py + row[2]);
                    let (u, v) = (
                        u / w + scene.code.0 + scene.code.2 / 2.0,
                        v / w + scene.code.1 + scene.code.2 / 2.0,
                    );
                    sum += self
                        .seen(&scene.plane, u, v)
                        .unwrap_or(desk + grain * (px + py * 0.7).sin() * 20.0);
                }
                out.values[y * self.width + x] = sum / 4.0;
            }
        }
        out
    }

    fn seen(&self, screen: &Plane, u: f32, v: f32) -> Option<f32> {
        if u < 0.0 || v < 0.0 || u >= screen.width as f32 || v >= screen.height as f32 {
            return None;
        }
        let wave = |at: f32| 1.0 - self.screen_grid * (0.5 + 0.5 * (at * std::f32::consts::TAU).cos());
        let grid = if self.screen_grid > 0.0 {
            wave(u) * wave(v * 0.999)
        } else {
            1.0
        };
        Some(screen.at(u, v) * grid)
    }

    /// From screen pixels about the code's middle to picture pixels about the same point.
    fn projection(&self, scene: &Scene) -> Matrix {
        let (sin_turn, cos_turn) = self.turn.sin_cos();
        let (sin_yaw, cos_yaw) = self.yaw.sin_cos();
        let (sin_pitch, cos_pitch) = self.pitch.sin_cos();
        // Columns one and two of turn * pitch * yaw: the screen is flat, so the third is not needed.
        let first = [cos_yaw, sin_pitch * sin_yaw, -cos_pitch * sin_yaw];
        let second = [0.0, cos_pitch, sin_pitch];
        let turned = |v: [f32; 3]| {
            [
                cos_turn * v[0] - sin_turn * v[1],
                sin_turn * v[0] + cos_turn * v[1],
                v[2],
            ]
        };
        let (first, second) = (turned(first), turned(second));
        let scale = self.module_px / scene.module_px;
        // About as far away as a phone is held: twice the screen's height.
        let distance = scene.plane.height.max(1200) as f32 * 1.2 * scale;
        let rows = |row: usize| [first[row] * scale, second[row] * scale];
        let ([a, b], [c, d], [e, f]) = (rows(0), rows(1), rows(2));
        [[a, b, 0.0], [c, d, 0.0], [e / distance, f / distance, 1.0]]
    }
}

fn inverted(m: &Matrix) -> Matrix {
    let minor = |r0: usize, c0: usize, r1: usize, c1: usize| m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0];
    let det = m[0][0] * minor(1, 1, 2, 2) - m[0][1] * minor(1, 0, 2, 2) + m[0][2] * minor(1, 0, 2, 1);
    [
        [minor(1, 1, 2, 2), -minor(0, 1, 2, 2), minor(0, 1, 1, 2)],
        [-minor(1, 0, 2, 2), minor(0, 0, 2, 2), -minor(0, 0, 1, 2)],
        [minor(1, 0, 2, 1), -minor(0, 0, 2, 1), minor(0, 0, 1, 1)],
    ]
    .map(|row| row.map(|value| value / det))
}
