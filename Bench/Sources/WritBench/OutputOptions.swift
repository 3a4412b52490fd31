import ArgumentParser
import BenchSupport
import Glibc

/// Where the figures go beside the terminal.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Write the table as JSON.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Write a chart as SVG.", valueName: "file"))
    var svg: String?

    /// Prints the table and writes the files asked for.
    func publish(_ report: Report, _ chart: Chart) throws {
        print(report.table)
        if let svg { try TextFile.write(Array(chart.svg.utf8), to: svg) }
        if let json { try TextFile.write(report.json + [UInt8(ascii: "\n")], to: json) }
    }

    /// Tells on standard error what is being measured, as the table comes at the end.
    func progress(_ words: String) {
        var standardError = StandardError()
        print(words, to: &standardError)
    }
}

private struct StandardError: TextOutputStream {
    mutating func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
