//! The Spin application's manifest, held against the form that SpinKube's operator documents for `SpinApp`.

use crate::files;
use crate::tools::{text, tools, yaml};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// What `core.spinkube.dev/v1alpha1` takes, as far as it is used here: other keys are unknown, so that a slip is found.
fn schema() -> Value {
    let object = |required: Value, properties: Value| json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties});
    let texts = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let seconds = json!({"type": "integer", "minimum": 1});
    let path = object(json!(["path"]), json!({"path": {"type": "string", "pattern": "^/"}}));
    let probe = object(
        json!(["httpGet"]),
        json!({
            "httpGet": path, "initialDelaySeconds": seconds, "periodSeconds": seconds, "timeoutSeconds": seconds,
            "successThreshold": seconds, "failureThreshold": seconds,
        }),
    );
    let quantity = json!({"type": "string", "pattern": "^[0-9]+(m|Mi|Gi)?$"});
    let amounts = json!({"type": "object", "additionalProperties": quantity});
    let key = object(
        json!(["name", "key"]),
        json!({"name": {"type": "string"}, "key": {"type": "string"}, "optional": {"type": "boolean"}}),
    );
    let from = object(json!(["secretKeyRef"]), json!({"secretKeyRef": key}));
    // Spin's own rule for the names of variables.
    let name = json!({"type": "string", "pattern": "^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*$"});
    let variable = object(json!(["name", "valueFrom"]), json!({"name": name, "valueFrom": from}));
    let spec = object(
        json!(["image", "executor"]),
        json!({
            "image": {"type": "string"}, "executor": {"type": "string"},
            "replicas": {"type": "integer", "minimum": 1},
            "checks": object(json!([]), json!({"readiness": probe, "liveness": probe})),
            "podAnnotations": texts, "podLabels": texts, "deploymentAnnotations": texts, "serviceAnnotations": texts,
            "resources": object(json!([]), json!({"requests": amounts, "limits": amounts})),
            "variables": {"type": "array", "items": variable},
        }),
    );
    let metadata = object(json!(["name"]), json!({"name": {"type": "string"}, "labels": texts}));
    object(
        json!(["apiVersion", "kind", "metadata", "spec"]),
        json!({
            "apiVersion": {"const": "core.spinkube.dev/v1alpha1"}, "kind": {"const": "SpinApp"},
            "metadata": metadata, "spec": spec,
        }),
    )
}

fn validated(tools: &Path, manifest: &str) -> (bool, String) {
    let script = "import json, jsonschema, sys\njsonschema.validate(json.loads(sys.argv[1]), json.loads(sys.argv[2]))";
    let (manifest, schema) = (yaml(tools, manifest).to_string(), schema().to_string());
    let output = Command::new(tools.join("python")).args(["-c", script, &manifest, &schema]).output().unwrap();
    (output.status.success(), text(&output))
}

#[test]
fn the_spin_application_is_of_its_form() {
    let Some(tools) = tools() else { return };
    let manifest = &files()["spinkube/spinapp.yaml"];
    let (is_valid, said) = validated(tools, manifest);
    assert!(is_valid, "{said}");
    let faults = [
        ("executor: containerd-shim-spin", "executer: containerd-shim-spin"),
        ("path: /readyz", "path: readyz"),
        ("replicas: 2", "replicas: two"),
        ("kind: SpinApp", "kind: SpinApps"),
        ("secretKeyRef", "secretRef"),
        ("zero.world/region: \"no\"", "zero.world/region: no"),
        ("\"github_token\"", "\"GITHUB_TOKEN\""),
    ];
    for (right, wrong) in faults {
        let broken = manifest.replace(right, wrong);
        assert_ne!(&broken, manifest, "{right}");
        assert!(!validated(tools, &broken).0, "`{wrong}` is taken");
    }
    assert_eq!(yaml(tools, manifest)["spec"]["variables"][1]["name"], "no");
}
