package main

// installOrder is the order in which Helm installs kinds (releaseutil.InstallOrder), as far as charts here have them.
var installOrder = []string{
	"Namespace", "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "ConfigMap", "CustomResourceDefinition",
	"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Service", "Deployment",
}

func order(document Document) int {
	for index, kind := range installOrder {
		if kind == document.Object["kind"] {
			return index
		}
	}
	return len(installOrder)
}

// KubeVersion is what templates see as .Capabilities.KubeVersion.
type KubeVersion struct{ Version, Major, Minor string }

// GitVersion is Helm's older name of Version.
func (v KubeVersion) GitVersion() string { return v.Version }

func (v KubeVersion) String() string { return v.Version }

// APIVersions is what templates see as .Capabilities.APIVersions.
type APIVersions []string

// Has tells whether the cluster has a version ("v1") or a kind of a version ("v1/Pod").
func (v APIVersions) Has(wanted string) bool {
	for _, version := range v {
		if version == wanted {
			return true
		}
	}
	return false
}

// Capabilities is what templates see as .Capabilities.
type Capabilities struct {
	KubeVersion KubeVersion
	APIVersions APIVersions
}

func capabilitiesOf(further []string) Capabilities {
	return Capabilities{
		KubeVersion: KubeVersion{"v1.32.0", "1", "32"},
		APIVersions: append(APIVersions{"v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1"}, further...),
	}
}
