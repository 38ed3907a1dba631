package io.daybook.bench;

import java.util.List;

/**
 * Something that grows with something else: a drawing.
 *
 * @param title above it
 * @param across what the horizontal axis shows, with its unit
 * @param up what the vertical axis shows, with its unit
 * @param lines one or more, each with its points from left to right
 */
public record Curve(String title, String across, String up, List<Line> lines) {

    public Curve {
        lines = List.copyOf(lines);
    }

    /** One of them. */
    public record Line(String name, List<Point> points) {
        public Line {
            points = List.copyOf(points);
        }
    }

    /** Where it goes through. */
    public record Point(double across, double up) {}
}
