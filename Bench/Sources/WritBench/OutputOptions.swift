import ArgumentParser
import BenchSupport

/// Where the figures go beside the terminal.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Write the table as JSON.", valueName: "file"))
    var json: String?

    /// Prints the table and writes the files asked for.
    func publish(_ report: Report) throws {
        print(report.table)
        if let json { try TextFile.write(report.json + [UInt8(ascii: "\n")], to: json) }
    }
}
