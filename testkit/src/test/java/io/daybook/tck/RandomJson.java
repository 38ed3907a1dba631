package io.daybook.tck;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Objects with a JSON form, of every kind, odd ones more often than life has them. */
final class RandomJson {

    private RandomJson() {}

    static Object value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 7)) {
            case 0 -> random.nextBoolean();
            case 1 -> random.nextLong() >> random.nextInt(64);
            case 2 -> new BigDecimal(new BigInteger(1 + random.nextInt(200), random), random.nextInt(400) - 200);
            case 3 -> Double.longBitsToDouble(random.nextLong() & 0xBFEF_FFFF_FFFF_FFFFL);
            case 4, 5, 6 -> text(random);
            case 7 -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    list.add(value(random, depth - 1));
                }
                yield list;
            }
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    map.put(text(random), value(random, depth - 1));
                }
                yield map;
            }
        };
    }

    /** Any characters but NUL and halves of pairs. */
    static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            int c = switch (random.nextInt(6)) {
                case 0 -> 1 + random.nextInt(0x1f);
                case 1 -> 0x10000 + random.nextInt(0x100000);
                case 2 -> "\"\\'/{}[],:&$?".charAt(random.nextInt(13));
                case 3 -> 0xE000 + random.nextInt(0x2000);
                case 4 -> 0x80 + random.nextInt(0x700);
                default -> 'a' + random.nextInt(26);
            };
            text.appendCodePoint(c);
        }
        return text.toString();
    }
}
