package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class DrawingTest {

    private static Document drawn(Curve curve) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(Drawing.of(curve))));
    }

    private static Curve curve(double... upwards) {
        List<Curve.Point> points = new ArrayList<>();
        for (int i = 0; i < upwards.length; i++) {
            points.add(new Curve.Point(Math.pow(10, i), upwards[i]));
        }
        return new Curve("Cost < 1 & \"flat\"", "events", "ms", List.of(new Curve.Line("a > b", points)));
    }

    private static List<String> texts(Document svg) {
        NodeList texts = svg.getElementsByTagName("text");
        List<String> found = new ArrayList<>();
        for (int i = 0; i < texts.getLength(); i++) {
            found.add(texts.item(i).getTextContent());
        }
        return found;
    }

    @Test
    void a_drawing_is_well_formed_whatever_it_is_called() throws Exception {
        Document svg = drawn(curve(1, 2, 3));

        assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(texts(svg)).contains("Cost < 1 & \"flat\"", "a > b");
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(3);
    }

    @Test
    void an_axis_is_logarithmic_from_two_decades_on() throws Exception {
        assertThat(texts(drawn(curve(1, 2, 3, 4)))).contains("events (logarithmic)", "ms", "100", "1000");
        assertThat(texts(drawn(curve(1, 50)))).contains("events", "ms");
        assertThat(texts(drawn(curve(0.2, 10_000)))).contains("ms (logarithmic)", "0.1", "10 k");
    }

    @Test
    void every_point_lies_between_the_axes() throws Exception {
        for (Curve curve : List.of(
                curve(1, 2, 3, 4),
                curve(0.2, 10_000),
                curve(7, 7, 7),
                curve(0, 0),
                curve(5),
                curve(),
                new Curve("none", "events", "ms", List.of()))) {
            NodeList points = drawn(curve).getElementsByTagName("circle");
            for (int i = 0; i < points.getLength(); i++) {
                Element point = (Element) points.item(i);
                assertThat(Double.parseDouble(point.getAttribute("cx"))).isBetween(80.0, 540.0);
                assertThat(Double.parseDouble(point.getAttribute("cy"))).isBetween(50.0, 330.0);
            }
        }
    }

    @Test
    void higher_values_are_drawn_higher() throws Exception {
        NodeList points = drawn(curve(1, 2)).getElementsByTagName("circle");

        assertThat(Double.parseDouble(((Element) points.item(1)).getAttribute("cy")))
                .isLessThan(Double.parseDouble(((Element) points.item(0)).getAttribute("cy")));
    }
}
