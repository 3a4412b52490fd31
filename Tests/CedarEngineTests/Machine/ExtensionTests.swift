import CedarEngine
import CedarSyntax
import Testing

@Suite struct ExtensionTests {
    static let texts = ExpressionRow.rows(
        .fault(.invalidExtensionValue),
        [
            #"ip("") == 1"#, #"ip("10.0.0.256") == 1"#, #"ip("10.0.0.01") == 1"#,
            #"ip("::ffff:1.2.3.4") == 1"#, #"ip("10.0.0.1/33") == 1"#, #"ip("10.0.0.1/08") == 1"#,
            #"ip("fe80::1%eth0") == 1"#, #"ip("1:2:3:4:5:6:7::8") == 1"#, #"ip("::/129") == 1"#,
            "ip(context.name) == 1",
            #"decimal("1") == 1"#, #"decimal("1.") == 1"#, #"decimal(".1") == 1"#,
            #"decimal("+1.0") == 1"#, #"decimal("1.00000") == 1"#,
            #"decimal("922337203685477.5808") == 1"#, "decimal(context.name) == 1",
            #"datetime("2023-02-29") == 1"#, #"datetime("2024-01-01T00:00:00") == 1"#,
            #"datetime("2024-01-01T24:00:00Z") == 1"#, #"datetime("2024-01-01t00:00:00z") == 1"#,
            #"datetime("2024-01-01T00:00:00+01:00") == 1"#, "datetime(context.name) == 1",
            #"duration("") == 1"#, #"duration("-") == 1"#, #"duration("1m1h") == 1"#,
            #"duration("1.5h") == 1"#, #"duration("9223372036854775808ms") == 1"#,
            #"duration("1h-1m") == 1"#, "duration(context.name) == 1",
        ])

    static let argumentCounts = ExpressionRow.rows(
        .fault(.wrongArgumentCount),
        [
            "ip() == 1", #"ip("::1", "::1") == 1"#, "decimal() == 1", "datetime(1, 2) == 1",
            "duration(1, 2, 3) == 1", "context.price.lessThan()",
            "context.price.lessThan(context.price, context.price)", "context.address.isIpv4(1)",
            "context.address.isInRange()", "context.at.offset() == 1", "context.at.toDate(1) == 1",
            "context.span.toDays(1) == 1",
            // The number of arguments is looked at before their types.
            "1.toDays(1) == 1", "1.lessThan()",
        ])

    static let types = ExpressionRow.rows(
        .fault(.typeError),
        [
            "ip(1) == 1", "decimal(1) == 1", "datetime(1) == 1", "duration(context) == 1",
            #"ip(ip("::1")) == 1"#,
            "1.lessThan(2)", "context.price.lessThan(1)", "1.greaterThan(context.price)",
            "context.span.lessThanOrEqual(context.span)", "context.price.greaterThanOrEqual(true)",
            "1.isIpv4()", "context.isIpv6()", #""127.0.0.1".isLoopback()"#,
            "principal.isMulticast()", "context.address.isInRange(1)",
            #"context.address.isInRange("10.0.0.0/8")"#, "1.isInRange(context.address)",
            "context.at.offset(1) == 1", "context.at.offset(context.at) == 1",
            "context.span.offset(context.span) == 1", "context.at.durationSince(context.span) == 1",
            "context.span.durationSince(context.at) == 1", "context.span.toDate() == 1",
            "1.toTime() == 1", "context.at.toMilliseconds() == 1", "1.toSeconds() == 1",
            "context.at.toMinutes() == 1", "context.price.toHours() == 1", "true.toDays() == 1",
        ])

    static let overflows = ExpressionRow.rows(
        .fault(.overflow),
        [
            #"context.at.offset(duration("9223372036854775807ms")) == 1"#,
            #"datetime("1969-12-31").offset(duration("-9223372036854775808ms")) == 1"#,
            """
            datetime("1970-01-02").durationSince(\
            datetime("1970-01-01").offset(duration("-9223372036854775808ms"))) == 1
            """,
            #"datetime("1970-01-01").offset(duration("-9223372036854775808ms")).toDate() == 1"#,
        ])

    static let holds = ExpressionRow.rows(
        .value(true),
        [
            #"decimal("1.23").lessThan(decimal("1.24"))"#,
            "context.price.lessThanOrEqual(context.price)",
            #"decimal("0.0").greaterThan(decimal("-0.0001"))"#,
            #"decimal("-922337203685477.5808").lessThan(decimal("922337203685477.5807"))"#,
            "context.price.greaterThanOrEqual(context.price)",
            "context.address.isIpv4()", #"ip("::1").isIpv6()"#, #"ip("127.0.0.1").isLoopback()"#,
            #"ip("127.1.2.3/8").isLoopback()"#, #"ip("::1").isLoopback()"#,
            #"ip("224.0.0.1").isMulticast()"#, #"ip("239.255.0.0/4").isMulticast()"#,
            #"ip("ff02::1").isMulticast()"#, #"ip("10.0.0.1").isInRange(ip("10.0.0.0/8"))"#,
            #"ip("10.0.0.0/8").isInRange(ip("10.0.0.0/8"))"#,
            #"ip("1.2.3.4").isInRange(ip("0.0.0.0/0"))"#,
            #"ip("2001:db8::1").isInRange(ip("2001:db8::/32"))"#,
            #"ip("::1").isInRange(ip("::/0"))"#,
            #"ip("2001:db8::ff00/120").isInRange(ip("2001:db8::/72"))"#,
            #"datetime("1970-01-01").offset(duration("1d")) == context.at"#,
            #"context.at.durationSince(datetime("1970-01-01")) == duration("24h")"#,
            #"datetime("1969-12-31T23:59:59.999Z").toDate() == datetime("1969-12-31")"#,
            #"datetime("1969-12-31T23:59:59.999Z").toTime() == duration("23h59m59s999ms")"#,
            "context.at.toDate() == context.at", #"context.at.toTime() == duration("0ms")"#,
            "context.span.toMilliseconds() == 3600000", "context.span.toSeconds() == 3600",
            "context.span.toMinutes() == 60", "context.span.toHours() == 1",
            "context.span.toDays() == 0", #"duration("-1999ms").toSeconds() == -1"#,
            #"duration("-1d1ms").toDays() == -1"#,
            #"duration("-9223372036854775808ms").toMilliseconds() == context.least"#,
            // Texts that are known only while deciding.
            #"ip(if context.flag then "10.0.0.1" else "") == context.address"#,
            #"decimal(if context.flag then "1.23" else "") == context.price"#,
            #"datetime(if context.flag then "1970-01-02" else "") == context.at"#,
            #"duration(if context.flag then "1h" else "") == context.span"#,
        ])

    static let fails = ExpressionRow.rows(
        .value(false),
        [
            #"decimal("1.0").lessThan(decimal("1.0000"))"#,
            "context.price.greaterThan(context.price)",
            "context.address.isIpv6()", #"ip("::1").isIpv4()"#, #"ip("127.0.0.1/7").isLoopback()"#,
            #"ip("::1/127").isLoopback()"#, #"ip("224.0.0.1/3").isMulticast()"#,
            #"ip("ff00::/7").isMulticast()"#, #"ip("10.0.0.0/7").isInRange(ip("10.0.0.0/8"))"#,
            #"ip("::1").isInRange(ip("0.0.0.0/0"))"#, #"ip("1.2.3.4").isInRange(ip("::/0"))"#,
            #"ip("11.0.0.1").isInRange(ip("10.0.0.0/8"))"#,
            #"ip("2001:db8:0:0:100::").isInRange(ip("2001:db8::/72"))"#,
        ])

    @Test(arguments: texts + argumentCounts + types + overflows)
    func refuses(_ row: ExpressionRow) throws {
        #expect(try evaluate(row.expression) == row.expected)
    }

    @Test(arguments: holds + fails)
    func evaluates(_ row: ExpressionRow) throws {
        #expect(try evaluate(row.expression) == row.expected)
    }
}
