// A Kubernetes control plane in one program, for tests: the first argument chooses the part that runs.
//
//	server etcd DATA_FOLDER CLIENT_URL PEER_URL
//	server kube-apiserver FLAGS…
//	server kube-controller-manager FLAGS…
//	server kubectl ARGUMENTS…
package main

import (
	"fmt"
	"net/url"
	"os"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	if len(os.Args) < 2 {
		fail("which part? etcd, kube-apiserver, kube-controller-manager or kubectl")
	}
	part := os.Args[1]
	os.Args = append([]string{part}, os.Args[2:]...)
	switch part {
	case "etcd":
		runEtcd(os.Args[1:])
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(controllers.NewControllerManagerCommand()))
	case "kubectl":
		if err := kubectl.NewDefaultKubectlCommand().Execute(); err != nil {
			os.Exit(1)
		}
	default:
		fail("unknown part " + part)
	}
}

// runEtcd serves without fsync: the data lives as long as a test run.
func runEtcd(args []string) {
	if len(args) != 3 {
		fail("etcd wants a data folder, a client address and a peer address")
	}
	client, err := url.Parse(args[1])
	if err != nil {
		fail(err.Error())
	}
	peer, err := url.Parse(args[2])
	if err != nil {
		fail(err.Error())
	}
	config := embed.NewConfig()
	config.Dir = args[0]
	config.UnsafeNoFsync = true
	config.LogLevel = "error"
	config.ListenClientUrls = []url.URL{*client}
	config.AdvertiseClientUrls = []url.URL{*client}
	config.ListenPeerUrls = []url.URL{*peer}
	config.AdvertisePeerUrls = []url.URL{*peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	server, err := embed.StartEtcd(config)
	if err != nil {
		fail(err.Error())
	}
	fail((<-server.Err()).Error())
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(1)
}
