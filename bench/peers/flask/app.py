"""The old service's contract in its own libraries, as small as it goes.

DATABASE_URL=… JWT_SECRET_KEY=… gunicorn --chdir bench/peers/flask app:app
"""

import os

from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_jwt_extended import JWTManager, create_access_token, jwt_required
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class User(db.Model):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]

    def shown(self) -> dict[str, int | str]:
        return {"id": self.id, "username": self.username, "email": self.email}


app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 16}  # a connection for each thread
app.config["JWT_SECRET_KEY"] = os.environ["JWT_SECRET_KEY"]
db.init_app(app)
JWTManager(app)
with app.app_context():
    db.create_all()


@app.get("/healthz")
def health() -> ResponseReturnValue:
    return jsonify(status="ok")


@app.post("/api/login")
def login() -> ResponseReturnValue:
    given = request.get_json()
    user = db.session.scalar(db.select(User).filter_by(username=given["username"]))
    if user is None or not check_password_hash(user.password_hash, given["password"]):
        abort(401)
    return jsonify(access_token=create_access_token(identity=str(user.id)))


@app.post("/api/users")
def register() -> ResponseReturnValue:
    given = request.get_json()
    user = User(
        username=given["username"],
        email=given["email"],
        password_hash=generate_password_hash(given["password"]),
    )
    db.session.add(user)
    try:
        db.session.commit()
    except IntegrityError:
        abort(409)
    return jsonify(user.shown()), 201


@app.get("/api/users")
@jwt_required()
def list_users() -> ResponseReturnValue:
    """Without a count, which the answer does not need."""
    page = db.paginate(db.select(User).order_by(User.id), per_page=50, count=False)
    return jsonify([user.shown() for user in page])


@app.get("/api/users/<int:id>")
@jwt_required()
def read_user(id: int) -> ResponseReturnValue:
    return jsonify(db.get_or_404(User, id).shown())
