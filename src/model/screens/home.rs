//! 关系转接.

use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::Reply;
use crate::model::layer::{Ctx, Given, Out};

/// 关系转接
#[derive(Default)]
pub struct Home {}

impl Home {
    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Home
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::List
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        "关系转接".to_owned()
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

impl Home {
    /// Why an action is not possible now.
    pub fn refusal(&self, _action: crate::keys::action::Action) -> Option<String> {
        None
    }
}
