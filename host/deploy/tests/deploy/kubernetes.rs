//! Manifests, read by Kubernetes' own schemas, and held against each other.

use crate::tools::{text, tools, yaml};
use crate::{below, files, written};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The oldest with all that is used (a pod that sleeps before it stops), and the newest that the tool knows.
const VERSIONS: [&str; 2] = ["1.30.0", "1.37.0"];

/// Whether every manifest is of its schema, without a key that is unknown there; and what was said.
fn validated(tools: &Path, files: &BTreeMap<String, String>, version: &str) -> (bool, String) {
    let folder = written(files);
    let mut validate = Command::new(tools.join("kubernetes-validate"));
    validate.args(["--strict", "--kubernetes-version", version]);
    validate.args(below(files, "kubernetes/").map(|(path, _)| folder.path().join(path)));
    let output = validate.output().unwrap();
    (output.status.success(), text(&output))
}

#[test]
fn manifests_are_of_their_schemas() {
    let Some(tools) = tools() else { return };
    let files = files();
    for version in VERSIONS {
        let (is_valid, said) = validated(tools, &files, version);
        assert!(is_valid, "{said}");
        assert_eq!(said.matches(" passed ").count(), below(&files, "kubernetes/").count(), "{said}");
    }
    let faults = [
        ("kubernetes/deployment.yaml", "readOnlyRootFilesystem: true", "readOnlyRoot: true"),
        ("kubernetes/deployment.yaml", "containerPort: 8080", "containerPort: http"),
        ("kubernetes/service.yaml", "targetPort: http", "targetPort: [http]"),
        ("kubernetes/hpa.yaml", "maxReplicas: 16", "maxReplicas: many"),
        ("kubernetes/pdb.yaml", "selector:", "selectors:"),
        ("kubernetes/networkpolicy.yaml", "cidr: ::/0", "cidrs: ::/0"),
        ("kubernetes/configmap.yaml", "ZERO_REGION: \"no\"", "ZERO_REGION: no"),
    ];
    for (path, right, wrong) in faults {
        let mut broken = files.clone();
        let text = broken.get_mut(path).unwrap();
        assert!(text.contains(right), "{path}: {right}");
        *text = text.replace(right, wrong);
        assert!(!validated(tools, &broken, VERSIONS[1]).0, "`{wrong}` is taken");
    }
}

/// Everything that one manifest says of another is so.
#[test]
fn manifests_mean_one_another() {
    let Some(tools) = tools() else { return };
    let files = files();
    let read = |name: &str| yaml(tools, &files[&format!("kubernetes/{name}.yaml")]);
    let [deployment, service, pdb, hpa, policy, config] =
        ["deployment", "service", "pdb", "hpa", "networkpolicy", "configmap"].map(read);
    for manifest in [&deployment, &service, &pdb, &hpa, &policy, &config] {
        assert_eq!(manifest["metadata"]["name"], "zero-no");
        assert_eq!(manifest["metadata"]["labels"], service["metadata"]["labels"]);
    }
    let (spec, pod) = (&deployment["spec"], &deployment["spec"]["template"]);
    let labels = pod["metadata"]["labels"].as_object().unwrap();
    let selects = |selector: &Value| {
        let wanted = selector.as_object().unwrap();
        !wanted.is_empty() && wanted.iter().all(|(name, value)| labels.get(name) == Some(value))
    };
    assert!(selects(&spec["selector"]["matchLabels"]) && selects(&service["spec"]["selector"]));
    assert!(selects(&pdb["spec"]["selector"]["matchLabels"]) && selects(&policy["spec"]["podSelector"]["matchLabels"]));
    assert_eq!(
        hpa["spec"]["scaleTargetRef"],
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "zero-no"})
    );
    assert!(spec.get("replicas").is_none(), "two would say how many pods there are");

    let container = &pod["spec"]["containers"][0];
    assert_eq!(container["ports"][0]["name"], service["spec"]["ports"][0]["targetPort"]);
    for (probe, path) in [("startupProbe", "/readyz"), ("readinessProbe", "/readyz"), ("livenessProbe", "/healthz")] {
        assert_eq!(container[probe]["httpGet"], json!({"path": path, "port": "http"}));
    }
    let mounted: Vec<&Value> = container["volumeMounts"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    let volumes: Vec<&Value> = pod["spec"]["volumes"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(mounted, volumes);
    // What YAML might take for a truth is a name, and a secret that two sources share is asked for once.
    assert_eq!(
        (&pod["metadata"]["annotations"]["zero.world/region"], &config["data"]["ZERO_REGION"]),
        (&"no".into(), &"no".into())
    );
    let secret = |name: &str| {
        let key = json!({"name": "zero-no-credentials", "key": name, "optional": true});
        json!({"name": name, "valueFrom": {"secretKeyRef": key}})
    };
    assert_eq!(container["env"], json!([secret("GITHUB_TOKEN"), secret("NO")]));
    assert_eq!(container["envFrom"], json!([{"configMapRef": {"name": "zero-no"}}]));
}

/// A pod has as long as it takes to be forgotten and to finish what it does.
#[test]
fn a_pod_may_finish_what_it_does() {
    let Some(tools) = tools() else { return };
    let pod = &yaml(tools, &files()["kubernetes/deployment.yaml"])["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
    let probe = &container["readinessProbe"];
    let unready = probe["periodSeconds"].as_u64().unwrap();
    /// `zero_pipeline::limits::DRAIN_TIME_MAX`, seconds.
    const DRAIN: u64 = 10;
    assert!(sleep >= unready && pod["terminationGracePeriodSeconds"].as_u64().unwrap() > sleep + DRAIN);
    let security = &container["securityContext"];
    assert_eq!(
        (&security["readOnlyRootFilesystem"], &security["allowPrivilegeEscalation"]),
        (&true.into(), &false.into())
    );
    assert_eq!(
        (&security["capabilities"]["drop"], &pod["securityContext"]["runAsNonRoot"]),
        (&json!(["ALL"]), &true.into())
    );
    assert_eq!(pod["automountServiceAccountToken"], false);
}
