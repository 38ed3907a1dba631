package io.daybook.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * A curve as SVG. Its colours are of middling lightness and its ground is left out, so that it can be read on a light page and
 * on a dark one.
 */
final class Drawing {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 400;
    private static final int LEFT = 80;
    private static final int RIGHT = 540;
    private static final int TOP = 50;
    private static final int BOTTOM = 330;
    private static final int LINE_HEIGHT = 20;

    private static final String INK = "#848d97";
    private static final List<String> COLOURS =
            List.of("#3f8ae0", "#d9702b", "#3fa34d", "#b35fd0", "#d0484f", "#17a2a2", "#a88a1c", "#e066a6");

    /** From where on only powers of ten can be told apart. */
    private static final double WIDE = 100;

    private final StringBuilder svg = new StringBuilder();

    private Drawing() {}

    /** A whole SVG file. */
    static String of(Curve curve) {
        Drawing drawing = new Drawing();
        drawing.draw(curve);
        return drawing.svg.toString();
    }

    /** What an axis shows, and where. */
    private record Axis(double low, double high, boolean logarithmic, int from, int to) {

        static Axis of(Curve curve, ToDoubleFunction<Curve.Point> value, int from, int to) {
            double[] values = points(curve).mapToDouble(value).sorted().toArray();
            double low = values.length == 0 ? 0 : values[0];
            double high = values.length == 0 ? 1 : values[values.length - 1];
            if (low > 0 && high / low > WIDE) {
                return new Axis(
                        Math.pow(10, Math.floor(Math.log10(low))),
                        Math.pow(10, Math.ceil(Math.log10(high))),
                        true,
                        from,
                        to);
            }
            // A line that is nearly flat is to look flat: what is not logarithmic begins at nothing.
            double bottom = Math.min(0, low);
            double step = step(Math.max(high, bottom + Double.MIN_NORMAL) - bottom);
            return new Axis(bottom, Math.max(step, Math.ceil(high / step) * step), false, from, to);
        }

        /** A round number of which about five go into the range: 1, 2 or 5 times a power of ten. */
        private static double step(double range) {
            double power = Math.pow(10, Math.floor(Math.log10(range / 5)));
            double rough = range / 5 / power;
            return power * (rough <= 1 ? 1 : rough <= 2 ? 2 : rough <= 5 ? 5 : 10);
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            if (logarithmic) {
                for (double tick = low; tick <= high * 1.001; tick *= 10) {
                    ticks.add(tick);
                }
            } else {
                double step = step(high - low);
                for (int i = (int) Math.ceil(low / step); i * step <= high * 1.001; i++) {
                    ticks.add(i * step);
                }
            }
            return ticks;
        }

        double at(double value) {
            double part = logarithmic ? Math.log10(value / low) / Math.log10(high / low) : (value - low) / (high - low);
            return from + part * (to - from);
        }
    }

    private static Stream<Curve.Point> points(Curve curve) {
        return curve.lines().stream().flatMap(line -> line.points().stream());
    }

    private void draw(Curve curve) {
        add("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" \
                font-family="system-ui, sans-serif" font-size="13" fill="%s">
                """, WIDTH, HEIGHT, WIDTH, HEIGHT, INK);
        text((LEFT + RIGHT) / 2.0, 24, "middle", "font-size=\"15\" font-weight=\"bold\"", curve.title());
        Axis across = Axis.of(curve, Curve.Point::across, LEFT, RIGHT);
        Axis up = Axis.of(curve, Curve.Point::up, BOTTOM, TOP);
        for (double tick : across.ticks()) {
            stroke(across.at(tick), BOTTOM, across.at(tick), TOP, 0.25);
            text(across.at(tick), BOTTOM + LINE_HEIGHT, "middle", "", number(tick));
        }
        for (double tick : up.ticks()) {
            stroke(LEFT, up.at(tick), RIGHT, up.at(tick), 0.25);
            text(LEFT - 8, up.at(tick) + 4, "end", "", number(tick));
        }
        stroke(LEFT, BOTTOM, RIGHT, BOTTOM, 1);
        stroke(LEFT, BOTTOM, LEFT, TOP, 1);
        text((LEFT + RIGHT) / 2.0, BOTTOM + 2.4 * LINE_HEIGHT, "middle", "", name(curve.across(), across));
        double middle = (TOP + BOTTOM) / 2.0;
        text(18, middle, "middle", "transform=\"rotate(-90 18 %s)\"".formatted(place(middle)), name(curve.up(), up));
        for (int i = 0; i < curve.lines().size(); i++) {
            line(curve.lines().get(i), i, across, up);
        }
        svg.append("</svg>\n");
    }

    private static String name(String name, Axis axis) {
        return axis.logarithmic() ? name + " (logarithmic)" : name;
    }

    private void line(Curve.Line line, int index, Axis across, Axis up) {
        String colour = COLOURS.get(index % COLOURS.size());
        String dashes = index < COLOURS.size() ? "" : " stroke-dasharray=\"6 4\"";
        StringBuilder way = new StringBuilder();
        for (Curve.Point point : line.points()) {
            way.append(place(across.at(point.across())))
                    .append(',')
                    .append(place(up.at(point.up())))
                    .append(' ');
        }
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
                way.toString().strip(), colour, dashes);
        for (Curve.Point point : line.points()) {
            add(
                    "<circle cx=\"%s\" cy=\"%s\" r=\"3.5\" fill=\"%s\"/>%n",
                    place(across.at(point.across())), place(up.at(point.up())), colour);
        }
        double y = TOP + 8 + index * LINE_HEIGHT;
        add(
                "<line x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\" stroke=\"%s\" stroke-width=\"3\"%s/>%n",
                RIGHT + 16, place(y), RIGHT + 38, place(y), colour, dashes);
        text(RIGHT + 44, y + 4, "start", "", line.name());
    }

    private void stroke(double x1, double y1, double x2, double y2, double opacity) {
        add(
                "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\" stroke-opacity=\"%s\"/>%n",
                place(x1), place(y1), place(x2), place(y2), INK, opacity);
    }

    private void text(double x, double y, String anchor, String more, String text) {
        add(
                "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\"%s>%s</text>%n",
                place(x),
                place(y),
                anchor,
                more.isEmpty() ? "" : " " + more,
                text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    }

    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments).replace("\r\n", "\n"));
    }

    private static String place(double place) {
        return String.format(Locale.ROOT, "%.1f", place);
    }

    /** {@code 0.5}, {@code 20 k}, {@code 10 M}. */
    static String number(double number) {
        double size = Math.abs(number);
        if (size >= 1e6) {
            return plain(number / 1e6) + " M";
        }
        return size >= 1e4 ? plain(number / 1e3) + " k" : plain(number);
    }

    private static String plain(double number) {
        return new BigDecimal(number, new MathContext(4)).stripTrailingZeros().toPlainString();
    }
}
