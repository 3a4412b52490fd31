// swift-tools-version: 6.2

import PackageDescription

/// Every target is built the same way: warnings are errors, unsafe code says so.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// The targets and their dependencies are the architecture: arrows go one way only.
let package = Package(
    name: "writ",
    targets: [
        // The language.
        .target(name: "JSON", swiftSettings: settings),

        // The store.
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .target(name: "LMDB", dependencies: ["CLMDB"], swiftSettings: settings),

        // The scenario of the demo and of the benchmarks.
        .target(name: "Scenario", swiftSettings: settings),

        .testTarget(name: "LMDBTests", dependencies: ["LMDB"], swiftSettings: settings),
        .testTarget(name: "ScenarioTests", dependencies: ["Scenario"], swiftSettings: settings),
    ]
)
