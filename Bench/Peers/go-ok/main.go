// Go's own gRPC answering every check of Envoy with OK, for Bench/envoy.py and `writ-bench ext-authz --socket`.
//
//	apt-get install --no-install-recommends golang-go golang-google-grpc-dev \
//	    golang-github-golang-protobuf-1-5-dev golang-google-protobuf-dev
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o /tmp/go-ok Bench/Peers/go-ok/main.go
package main

import (
	"context"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// check reads no more than the outermost message, which favours it.
func check(
	_ interface{}, _ context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor,
) (interface{}, error) {
	if err := decode(new(emptypb.Empty)); err != nil {
		return nil, err
	}
	// To Envoy a message without fields is an OK.
	return new(emptypb.Empty), nil
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go-ok SOCKET")
	}
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "envoy.service.auth.v3.Authorization",
		HandlerType: (*interface{})(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Check", Handler: check}},
	}, struct{}{})
	log.Fatal(server.Serve(listener))
}
