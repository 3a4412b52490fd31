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
    products: [
        .executable(name: "writ", targets: ["writ"]),
        .library(name: "Cedar", targets: ["Cedar"]),
        .library(name: "WritClient", targets: ["WritClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        // The language.
        .target(name: "JSON", swiftSettings: settings),
        .target(name: "CedarSyntax", dependencies: ["JSON"], swiftSettings: settings),
        .target(
            name: "CedarSchema", dependencies: ["CedarSyntax", "JSON"], swiftSettings: settings),
        .target(
            name: "CedarEngine", dependencies: ["CedarSchema", "CedarSyntax"],
            swiftSettings: settings),

        .target(name: "CedarValues", dependencies: ["CedarSyntax"], swiftSettings: settings),
        .target(
            name: "Cedar",
            dependencies: ["CedarEngine", "CedarSchema", "CedarSyntax", "CedarValues", "JSON"],
            swiftSettings: settings),
        .target(
            name: "PolicyTesting", dependencies: ["CedarEngine", "CedarSchema", "CedarSyntax"],
            swiftSettings: settings),

        // The store.
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .target(name: "LMDB", dependencies: ["CLMDB"], swiftSettings: settings),
        .systemLibrary(name: "CPrefetch"),
        .target(
            name: "EntityStore",
            dependencies: [
                "CPrefetch", "CedarEngine", "CedarSchema", "CedarSyntax", "JSON", "LMDB",
            ],
            swiftSettings: settings),

        // What is known of devices.
        .target(name: "Posture", dependencies: ["CedarSyntax", "JSON"], swiftSettings: settings),

        // Files that others may be writing.
        .target(name: "Files", swiftSettings: settings),

        // Who asks.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(
            name: "Identity", dependencies: ["COpenSSL", "Files", "JSON"], swiftSettings: settings),

        // What an HTTP request asks.
        .target(
            name: "Routes", dependencies: ["CedarEngine", "CedarSyntax", "JSON"],
            swiftSettings: settings),

        // The service.
        .systemLibrary(name: "CEpoll"),
        .systemLibrary(name: "CLibSSL", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "Wire", swiftSettings: settings),
        .target(name: "HTTP2", dependencies: ["Wire"], swiftSettings: settings),
        .target(
            name: "DecisionPoint",
            dependencies: [
                "CedarEngine", "CedarSchema", "CedarSyntax", "EntityStore", "Files", "Identity",
                "Routes",
            ],
            swiftSettings: settings),
        .target(
            name: "Server", dependencies: ["CEpoll", "CedarEngine", "DecisionPoint", "Wire"],
            swiftSettings: settings),
        .target(
            name: "TLSListener",
            dependencies: [
                "DecisionPoint", "Identity", "Server", "Wire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(name: "ExtAuthzMessages", dependencies: ["Wire"], swiftSettings: settings),
        .target(name: "SPOP", dependencies: ["Wire"], swiftSettings: settings),
        .target(
            name: "Gateway",
            dependencies: ["CedarEngine", "CedarSyntax", "DecisionPoint", "EntityStore", "Routes"],
            swiftSettings: settings),
        .target(
            name: "ForwardAuth",
            dependencies: ["CedarEngine", "CedarSyntax", "DecisionPoint", "Gateway", "Routes"],
            swiftSettings: settings),
        .target(
            name: "ExtAuthz",
            dependencies: [
                "CedarEngine", "DecisionPoint", "EntityStore", "ExtAuthzMessages", "Gateway",
                "HTTP2", "Routes", "Server", "Wire",
            ],
            swiftSettings: settings),
        .target(
            name: "SPOE",
            dependencies: [
                "CedarEngine", "DecisionPoint", "Gateway", "Routes", "SPOP", "Server", "Wire",
            ],
            swiftSettings: settings),
        .target(
            name: "AuthZEN",
            dependencies: [
                "COpenSSL", "CedarEngine", "CedarSchema", "CedarSyntax", "DecisionPoint",
                "EntityStore", "JSON",
            ],
            swiftSettings: settings),
        .target(
            name: "HTTPService",
            dependencies: [
                "AuthZEN", "CEpoll", "COpenSSL", "CedarEngine", "CedarSyntax", "DecisionPoint",
                "EntityStore", "Identity", "JSON", "Server", "TLSListener",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        .target(
            name: "WritClient",
            dependencies: ["CLibSSL", "CedarEngine", "CedarSyntax", "CedarValues", "Wire"],
            exclude: ["python"],
            swiftSettings: settings),

        // The command line.
        .target(name: "Scenario", swiftSettings: settings),
        .target(
            name: "Commands",
            dependencies: [
                "AuthZEN", "CedarEngine", "CedarSchema", "CedarSyntax", "DecisionPoint",
                "EntityStore", "ExtAuthz", "ExtAuthzMessages", "Files", "ForwardAuth", "Gateway",
                "HTTPService", "Identity", "JSON", "PolicyTesting", "Posture",
                "Routes", "SPOE", "Scenario", "Server", "TLSListener", "Wire", "WritClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("../../Policies/open-banking")],
            swiftSettings: settings),
        .executableTarget(name: "writ", dependencies: ["Commands"], swiftSettings: settings),

        // What only tests and benchmarks use: the second evaluator, generators, hostile programs.
        .target(
            name: "CedarTestSupport",
            dependencies: ["CedarEngine", "CedarSyntax", "JSON", "SeededNumbers"],
            path: "Tests/Support/CedarTestSupport", swiftSettings: settings),
        .executableTarget(
            name: "generate-cases", dependencies: ["CedarTestSupport", "CedarSyntax", "JSON"],
            path: "Tests/Support/GenerateCases", swiftSettings: settings),
        .executableTarget(
            name: "compare-evaluators",
            dependencies: [
                "CedarEngine", "CedarSyntax", "CedarTestSupport", "EntityStore", "SeededNumbers",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Support/CompareEvaluators", swiftSettings: settings),
        .executableTarget(
            name: "writ-storm",
            dependencies: [
                "CedarEngine", "CedarSyntax", "DecisionPoint", "JSON", "SeededNumbers", "Wire",
                "WritClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Support/Storm", swiftSettings: settings),
        .executableTarget(
            name: "ext-authz-probe", dependencies: ["ExtAuthz", "ExtAuthzMessages", "Server"],
            path: "Tests/Support/ExtAuthzProbe", swiftSettings: settings),
        .executableTarget(
            name: "connection-probe", dependencies: ["HTTP2", "Wire"],
            path: "Tests/Support/ConnectionProbe", swiftSettings: settings),
        .executableTarget(
            name: "header-probe", dependencies: ["HTTP2", "Wire"],
            path: "Tests/Support/HeaderProbe", swiftSettings: settings),
        .target(
            name: "SPOPTestSupport", path: "Tests/Support/SPOPTestSupport",
            swiftSettings: settings),
        .target(name: "CAllocationCount", path: "Tests/Support/CAllocationCount"),
        .target(
            name: "SeededNumbers", path: "Tests/Support/SeededNumbers", swiftSettings: settings),
        .target(
            name: "MintedIdentities", dependencies: ["CedarSyntax", "DecisionPoint", "Identity"],
            path: "Tests/Support/MintedIdentities", swiftSettings: settings),
        .target(
            name: "TypicalDecisions", dependencies: ["CedarEngine", "CedarSchema", "CedarSyntax"],
            path: "Tests/Support/TypicalDecisions", swiftSettings: settings),
        .executableTarget(
            name: "decision-gate",
            dependencies: ["CAllocationCount", "CedarEngine", "TypicalDecisions"],
            path: "Tests/Support/DecisionGate", swiftSettings: settings),
        .executableTarget(
            name: "cache-gate",
            dependencies: ["CAllocationCount", "CedarEngine", "CedarSyntax", "EntityStore"],
            path: "Tests/Support/CacheGate", swiftSettings: settings),
        .target(
            name: "CVerifyLoop", dependencies: ["COpenSSL"], path: "Tests/Support/CVerifyLoop"),
        .executableTarget(
            name: "identity-gate",
            dependencies: ["CAllocationCount", "CVerifyLoop", "Identity", "MintedIdentities"],
            path: "Tests/Support/IdentityGate", swiftSettings: settings),
        .executableTarget(
            name: "evidence-gate",
            dependencies: [
                "CAllocationCount", "CedarEngine", "CedarSyntax", "DecisionPoint", "EntityStore",
                "Identity", "MintedIdentities",
            ],
            path: "Tests/Support/EvidenceGate", swiftSettings: settings),
        .executableTarget(
            name: "spoe-gate",
            dependencies: [
                "CAllocationCount", "CedarEngine", "CedarSyntax", "DecisionPoint", "EntityStore",
                "Gateway", "MintedIdentities", "Routes", "SPOE", "SPOPTestSupport", "Server",
                "Wire",
            ],
            path: "Tests/Support/SPOEGate", swiftSettings: settings),
        .executableTarget(
            name: "store-crash",
            dependencies: ["CedarSyntax", "EntityStore", "JSON", "SeededNumbers"],
            path: "Tests/Support/StoreCrash", swiftSettings: settings),

        // The benchmarks.
        .target(name: "CBench", path: "Bench/Sources/CBench"),
        .target(
            name: "BenchSupport",
            dependencies: [
                "CBench", "JSON", .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            path: "Bench/Sources/BenchSupport", swiftSettings: settings),
        .executableTarget(
            name: "writ-bench",
            dependencies: [
                "BenchSupport", "CAllocationCount", "CBench", "CEpoll", "CedarEngine",
                "CedarSchema", "CedarSyntax", "DecisionPoint", "EntityStore", "ExtAuthz",
                "ExtAuthzMessages", "Gateway", "Identity", "JSON", "Routes",
                "Server", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Bench/Sources/WritBench", swiftSettings: settings),

        .executableTarget(
            name: "http-bench",
            dependencies: [
                "AuthZEN", "CEpoll", "CedarEngine", "CedarSyntax", "DecisionPoint", "EntityStore",
                "HTTPService",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Bench/Sources/HTTPBench", swiftSettings: settings),

        .testTarget(
            name: "BenchSupportTests", dependencies: ["BenchSupport", "JSON"],
            path: "Bench/Tests/BenchSupportTests", swiftSettings: settings),

        .testTarget(
            name: "JSONTests", dependencies: ["JSON", "SeededNumbers"], swiftSettings: settings),
        .testTarget(
            name: "CedarSyntaxTests", dependencies: ["CedarSyntax", "CedarTestSupport", "JSON"],
            swiftSettings: settings),
        .testTarget(
            name: "CedarSchemaTests", dependencies: ["CedarSchema", "CedarSyntax", "JSON"],
            swiftSettings: settings),
        .testTarget(name: "CedarTests", dependencies: ["Cedar"], swiftSettings: settings),
        .testTarget(
            name: "CedarEngineTests",
            dependencies: ["CedarEngine", "CedarSchema", "CedarSyntax", "SeededNumbers"],
            swiftSettings: settings),
        .testTarget(
            name: "CedarEngineGateTests",
            dependencies: [
                "CAllocationCount", "CedarEngine", "CedarSyntax", "TypicalDecisions",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "PolicyTestingTests",
            dependencies: ["CedarEngine", "CedarSchema", "CedarSyntax", "PolicyTesting"],
            swiftSettings: settings),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "AuthZEN", "CedarEngine", "CedarSyntax", "Commands", "DecisionPoint",
                "EntityStore", "ForwardAuth", "Gateway", "HTTPService", "JSON", "LMDB",
                "SPOPTestSupport", "Server", "TLSListener", "Wire", "WritClient", "writ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ExtAuthzMessagesTests", dependencies: ["ExtAuthzMessages", "JSON", "Wire"],
            resources: [.copy("Fixtures")], swiftSettings: settings),
        .testTarget(
            name: "ExtAuthzTests",
            dependencies: [
                "ExtAuthz", "ExtAuthzMessages", "Server", "Wire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ], swiftSettings: settings),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "CAllocationCount", "CedarEngine", "CedarSyntax", "DecisionPoint", "EntityStore",
                "ExtAuthz", "ExtAuthzMessages", "ForwardAuth", "Gateway", "Identity", "JSON",
                "Routes", "SPOE", "SPOPTestSupport", "Server", "Wire",
            ],
            swiftSettings: settings),
        .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: settings),
        .testTarget(
            name: "HTTP2Tests",
            dependencies: [
                "CAllocationCount", "HTTP2", "SeededNumbers", "Wire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            ],
            resources: [.copy("Connection/Recorded"), .copy("HPACK/Fixtures")],
            swiftSettings: settings),
        .testTarget(
            name: "SPOPTests", dependencies: ["SPOP", "SPOPTestSupport", "Wire"],
            resources: [.copy("Fixtures")], swiftSettings: settings),
        .testTarget(
            name: "SPOETests",
            dependencies: [
                "Gateway", "SPOE", "SPOP", "SPOPTestSupport", "Server", "Wire",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ServerTests",
            dependencies: ["CEpoll", "SeededNumbers", "Server", "Wire", "WritClient"],
            swiftSettings: settings),
        .testTarget(
            name: "CedarTestSupportTests",
            dependencies: ["CedarSyntax", "CedarTestSupport", "JSON"], swiftSettings: settings),
        .testTarget(
            name: "EntityStoreTests",
            dependencies: [
                "CedarEngine", "CedarSchema", "CedarSyntax", "EntityStore", "JSON", "LMDB",
                "SeededNumbers", "store-crash",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "DecisionPointTests",
            dependencies: ["CedarEngine", "CedarSyntax", "DecisionPoint", "Identity"],
            swiftSettings: settings),
        .testTarget(
            name: "DifferentialTests",
            dependencies: ["CedarEngine", "CedarSyntax", "CedarTestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "IdentityTests", dependencies: ["Files", "Identity"], exclude: ["Minting"],
            swiftSettings: settings),
        .testTarget(
            name: "AuthZENTests",
            dependencies: [
                "AuthZEN", "COpenSSL", "CedarEngine", "CedarSchema", "CedarSyntax",
                "DecisionPoint", "EntityStore", "HTTPService", "Identity", "JSON",
                "SeededNumbers", "Server", "TLSListener",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(name: "FilesTests", dependencies: ["Files"], swiftSettings: settings),
        .testTarget(name: "LMDBTests", dependencies: ["LMDB"], swiftSettings: settings),
        .testTarget(
            name: "PostureTests",
            dependencies: ["CedarSyntax", "JSON", "Posture", "SeededNumbers"],
            swiftSettings: settings),
        .testTarget(
            name: "ObligationTests",
            dependencies: ["CAllocationCount", "CedarEngine", "CedarSyntax", "DecisionPoint"],
            swiftSettings: settings),
        .testTarget(
            name: "ForwardAuthTests", dependencies: ["ForwardAuth", "Routes"],
            swiftSettings: settings),
        .testTarget(
            name: "RoutesTests",
            dependencies: [
                "CAllocationCount", "CedarEngine", "CedarSyntax", "Routes", "SeededNumbers",
            ],
            swiftSettings: settings),
        .testTarget(name: "ScenarioTests", dependencies: ["Scenario"], swiftSettings: settings),
    ]
)
