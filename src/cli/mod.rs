//! The command shell: clap definitions, one file per noun, text and JSON output.
