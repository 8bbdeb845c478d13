//! 选择.

use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::Reply;
use crate::model::layer::{Ctx, Given, Out};

/// 选择
#[derive(Default)]
pub struct Pick {}

impl Pick {
    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Pick
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::Search
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        "选择".to_owned()
    }

    /// Takes an input.
    pub fn act(&mut self, _input: Input, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, _reply: &Reply, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Takes what the layer above gave.
    pub fn given(&mut self, _given: Given, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }
}
