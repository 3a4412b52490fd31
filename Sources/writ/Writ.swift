import Commands

@main
enum Writ {
    static func main() async {
        await WritCommand.start()
    }
}
