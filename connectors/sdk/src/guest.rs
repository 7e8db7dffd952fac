wit_bindgen::generate!({
    path: "../../wit/connector/since-0.2.0",
    world: "zero:connector/guest",
    with: { "zero:connector/types@0.2.0": zero_types::connector },
    pub_export_macro: true,
    export_macro_name: "export_guest",
});
